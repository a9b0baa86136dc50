SELECT indicator, role, name_vi, name_en FROM raw.indicators
