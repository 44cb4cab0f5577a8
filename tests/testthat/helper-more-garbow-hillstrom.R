more_garbow_hillstrom <- asNamespace("gradtape")$more_garbow_hillstrom
