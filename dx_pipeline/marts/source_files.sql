SELECT source_id, file, form, sha256, bytes, rows_read, figures_read, observations, rejected,
  cells, cells_heading, cells_figures, cells_notes, cells_ignored, cells_rejected FROM core.files
