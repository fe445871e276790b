"""Running: settings, the one Temporal connection, the plugin, logs, embedded servers."""
