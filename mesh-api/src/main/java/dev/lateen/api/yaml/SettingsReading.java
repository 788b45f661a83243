package dev.lateen.api.yaml;

import java.util.List;
import java.util.Optional;

/**
 * What was read from a text that holds settings.
 *
 * @param <T> the settings
 * @param settings the settings, with defaults for what was not said; empty if anything was refused
 * @param problems errors and warnings, in order
 */
public record SettingsReading<T>(Optional<T> settings, List<Problem> problems) {}
