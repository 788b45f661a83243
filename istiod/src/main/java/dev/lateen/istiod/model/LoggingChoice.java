package dev.lateen.istiod.model;

import dev.lateen.api.telemetry.Telemetry;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which providers get access logs, and which requests. The most specific resource that names providers says who they are; each provider is then
 * switched on, off and filtered by all resources in turn.
 */
final class LoggingChoice {
    private final List<String> defaults;
    private final boolean inbound;

    LoggingChoice(List<String> defaults, boolean inbound) {
        this.defaults = defaults;
        this.inbound = inbound;
    }

    /** The filter of each provider that is on; empty text for all requests. */
    Map<String, String> of(List<Telemetry> resources) {
        Set<String> meant = meant(resources);
        Map<String, String> on = new TreeMap<>();
        Map<String, String> filters = new HashMap<>();
        List<String> providers = defaults;
        for (Telemetry resource : resources) {
            for (Telemetry.AccessLogging logging : resource.accessLogging()) {
                boolean names = !logging.providers().isEmpty();
                providers = names ? TelemetryRules.names(logging.providers()) : providers;
                if (!TelemetryRules.applies(logging.match(), inbound)) {
                    continue;
                }
                for (String provider : providers) {
                    if (logging.filter() != null) {
                        filters.put(provider, logging.filter().expression());
                    } else if (names) {
                        filters.remove(provider);
                    }
                    if (Boolean.TRUE.equals(logging.disabled())) {
                        on.remove(provider);
                    } else if (meant.contains(provider)) {
                        on.put(provider, filters.getOrDefault(provider, ""));
                    }
                }
            }
        }
        return on;
    }

    private Set<String> meant(List<Telemetry> resources) {
        Set<String> meant = new TreeSet<>(defaults);
        for (Telemetry resource : resources) {
            Set<String> named = new TreeSet<>();
            resource.accessLogging().stream()
                    .filter(l -> TelemetryRules.applies(l.match(), inbound))
                    .forEach(l -> named.addAll(TelemetryRules.names(l.providers())));
            meant = named.isEmpty() ? meant : named;
        }
        return meant;
    }
}
