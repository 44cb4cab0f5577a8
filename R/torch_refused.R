# Functions of torch that are out of scope: each stops and says what to use. (Not `dataset()`, `dataloader()` and other
# general words, which would mask functions of other packages.)

#' Functions of torch that this package does not have
#'
#' gradtape is about functions and their minima. What torch has for neural networks on images and sequences, for
#' signals, for other devices and other kinds of numbers is not here. The functions of torch that do such things exist
#' only to say so, and what to use: calling one is an error of class `gradtape_argument_error`.
#'
#' They are those of convolutions, pooling, recurrent and attention layers, normalisation of batches and layers,
#' embeddings, Fourier transforms and windows, complex, half-precision, one-byte and quantized numbers, sparse
#' layouts, GPUs, and TorchScript files. For data in batches there is [minibatches()].
#'
#' @param ... Anything.
#' @return Nothing: calling one is an error.
#' @examples
#' try(nn_conv2d(1, 8, 3))
#' try(torch_fft_fft(c(1, 2, 3)))
#' @name out_of_scope
#' @eval paste("@aliases", paste(refused_names(), collapse = " "))
#' @evalNamespace paste0("export(", refused_names(), ")")
NULL

by_dimensions <- function(stems, dimensions = 1:3) as.vector(outer(stems, paste0(dimensions, "d"), paste0))

refused_functions <- list(
  list(what = "convolutions or pooling", use = "R's package torch has them",
       names = c(by_dimensions(c("nn_conv", "nnf_conv", "torch_conv", "nn_conv_transpose", "nnf_conv_transpose",
                                 "torch_conv_transpose", "nn_max_pool", "nnf_max_pool", "nn_avg_pool", "nnf_avg_pool",
                                 "nn_adaptive_avg_pool", "nnf_adaptive_avg_pool", "nn_adaptive_max_pool",
                                 "nnf_adaptive_max_pool")),
                 by_dimensions(c("nn_dropout", "nnf_dropout"), 2:3),
                 "nn_unfold", "nnf_unfold", "nnf_fold", "nnf_interpolate", "nn_upsample")),
  list(what = "recurrent or attention layers", use = "R's package torch has them",
       names = c("nn_rnn", "nn_lstm", "nn_gru", "nn_multihead_attention", "nnf_multi_head_attention_forward",
                 "nn_transformer_encoder_layer")),
  list(what = "normalisation of batches and layers, and no embeddings", use = "R's package torch has them",
       names = c(by_dimensions("nn_batch_norm"), "nnf_batch_norm", "nn_layer_norm", "nnf_layer_norm", "nn_group_norm",
                 "nnf_group_norm", "nn_embedding", "nnf_embedding", "nn_embedding_bag", "nnf_embedding_bag",
                 "nnf_ctc_loss", "nn_ctc_loss")),
  list(what = "Fourier transforms of tensors",
       use = "R's fft() works in a function on a tape, and R's package torch has them",
       names = c("torch_fft_fft", "torch_fft_ifft", "torch_fft_rfft", "torch_fft_irfft", "torch_fft_fftfreq",
                 "torch_fft", "torch_ifft", "torch_rfft", "torch_irfft", "torch_stft", "torch_istft",
                 "torch_hann_window", "torch_hamming_window", "torch_blackman_window", "torch_bartlett_window",
                 "torch_kaiser_window")),
  list(what = "complex tensors",
       use = "R's complex numbers work in a function on a tape, and R's package torch has such tensors",
       names = c("torch_complex", "torch_polar", "torch_real", "torch_imag", "torch_conj", "torch_angle",
                 "torch_view_as_complex", "torch_view_as_real", "torch_cfloat", "torch_cfloat32", "torch_cfloat64",
                 "torch_cdouble", "torch_cfloat128", "torch_chalf", "torch_complex64", "torch_complex128")),
  list(what = "dtype of less than 32 bits, and no quantized one",
       use = "torch_float() or torch_int() holds such numbers",
       names = c("torch_float16", "torch_half", "torch_bfloat16", "torch_int8", "torch_uint8", "torch_int16",
                 "torch_short", "torch_qint8", "torch_quint8", "torch_qint32", "torch_quantize_per_tensor",
                 "torch_quantize_per_channel")),
  list(what = "sparse layouts",
       use = "minimize() finds sparse Hessians by itself, and R's package torch has sparse tensors",
       names = c("torch_sparse_coo_tensor", "torch_sparse_coo", "torch_sparse_csr_tensor",
                 "torch_channels_last_format")),
  list(what = "code for a GPU", use = "everything is computed on the CPU, and R's package torch has devices",
       names = c("cuda_current_device", "cuda_synchronize", "cuda_empty_cache", "cuda_memory_stats",
                 "cuda_memory_summary", "cuda_get_device_capability", "cuda_runtime_version", "cuda_amp_grad_scaler",
                 "local_autocast", "with_autocast")),
  list(what = "TorchScript", use = "saveRDS() keeps tapes and tensors, and R's package torch reads its own files",
       names = c("jit_load", "jit_save", "jit_compile", "jit_script", "jit_save_for_mobile", "jit_serialize",
                 "jit_unserialize", "jit_scalar", "jit_tuple", "load_state_dict"))
)

refused_names <- function() unlist(lapply(refused_functions, function(kind) kind$names))

refuse_function <- function(name, kind) {
  force(name)
  force(kind)
  function(...) abort("{.fn {name}} is out of the scope of gradtape, which has no {kind$what}: {kind$use}.")
}
for (kind in refused_functions) for (name in kind$names) assign(name, refuse_function(name, kind))
rm(kind, name)
