SELECT source_id, file, form, sha256, bytes, rows_read, figures_read, observations, rejected FROM core.files
