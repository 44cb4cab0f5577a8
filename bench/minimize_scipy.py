"""Minimises by scipy what a process on the other side of two pipes evaluates: for bench/minimize.R.

minimize_scipy.py to_us from_us. Numbers are doubles. A task is (method, n, x...), with n = 0 for the end. For an
evaluation 1 (value), 2 (gradient) or 3 (Hessian) and a point go out, and numbers come back; at the end 0 and the point.
What takes more than SECONDS is given up: trust-exact can loop without an evaluation."""
import signal
import struct
import sys

import numpy as np
from scipy.optimize import minimize

SECONDS = 10
METHODS = {
    1: ("BFGS", {"gtol": 1e-10, "maxiter": 5000}),
    2: ("L-BFGS-B", {"ftol": 1e-15, "gtol": 1e-10, "maxiter": 5000, "maxfun": 10000}),
    3: ("trust-exact", {"gtol": 1e-10, "maxiter": 5000}),
}


def main(to_us, from_us):
    answers, questions = open(to_us, "rb"), open(from_us, "wb")

    def read(count):
        return np.array(struct.unpack("%dd" % count, answers.read(8 * count)))

    def write(*numbers):
        questions.write(struct.pack("%dd" % len(numbers), *numbers))
        questions.flush()

    speaking = False

    def give_up(*_):
        if speaking:
            signal.setitimer(signal.ITIMER_REAL, 0.01)
        else:
            raise TimeoutError

    signal.signal(signal.SIGALRM, give_up)

    def ask(what, count):
        def asked(x):
            nonlocal speaking
            speaking = True
            write(what, *x)
            answer = read(count)
            speaking = False
            return answer
        return asked

    while True:
        method, n = (int(v) for v in read(2))
        if n == 0:
            return
        name, options = METHODS[method]
        value, hessian = ask(1, 1), ask(3, n * n)
        x = read(n)
        signal.setitimer(signal.ITIMER_REAL, SECONDS)
        try:
            x = minimize(lambda x: value(x)[0], x, method=name, jac=ask(2, n), options=options,
                         hess=(lambda x: hessian(x).reshape(n, n)) if name == "trust-exact" else None).x
        except (TimeoutError, ValueError, np.linalg.LinAlgError):
            pass
        signal.setitimer(signal.ITIMER_REAL, 0)
        write(0, *x)


np.seterr(all="ignore")
main(*sys.argv[1:])
