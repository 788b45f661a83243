package dev.lateen.injector.pod;

import dev.lateen.api.yaml.Problem;
import dev.lateen.api.yaml.ResourceReader;
import dev.lateen.api.yaml.StartSettings;
import dev.lateen.injector.tree.Quantities;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * What the annotations of a pod may say: a proxy with another value could not start, or would let traffic past. The rules are those of Istio's injector. Pure.
 */
public final class AnnotationRules {
    private static final String TRAFFIC = "traffic.sidecar.istio.io/";
    private static final String READINESS = "readiness.status.sidecar.istio.io/";
    private static final String RESOURCES = "sidecar.istio.io/proxy";

    /**
     * A rule.
     *
     * @param accepts a value
     * @param expected what it accepts, for messages
     */
    private record Rule(Predicate<String> accepts, String expected) {}

    private static final Rule NUMBER =
            new Rule(value -> value.matches("[0-9]{1,10}") && Long.parseLong(value) <= 0xFFFF_FFFFL, "a whole number");
    private static final Rule QUANTITY =
            new Rule(value -> Quantities.canonical(value) != null, "a quantity such as 100m or 128Mi");
    private static final Rule INTERFACES = new Rule(
            value -> value.isEmpty() || all(value, name -> name.strip().matches("[a-zA-Z][a-zA-Z0-9_.-]{0,14}")),
            "names of interfaces divided by commas");

    private static final Map<String, Rule> RULES = Map.ofEntries(
            Map.entry(
                    PodFacts.INTERCEPTION,
                    new Rule(
                            value -> List.of("REDIRECT", "TPROXY", "NONE").contains(value),
                            "REDIRECT, TPROXY or NONE")),
            Map.entry(PodFacts.STATUS_PORT, new Rule(AnnotationRules::isPort, "a port, or 0 for none")),
            Map.entry(READINESS + "initialDelaySeconds", NUMBER),
            Map.entry(READINESS + "periodSeconds", NUMBER),
            Map.entry(READINESS + "failureThreshold", NUMBER),
            Map.entry(
                    TRAFFIC + "includeOutboundIPRanges",
                    new Rule(
                            value -> value.equals("*") || areRanges(value),
                            "as includeIPRanges: * or CIDR ranges divided by commas")),
            Map.entry(
                    TRAFFIC + "excludeOutboundIPRanges",
                    new Rule(AnnotationRules::areRanges, "as excludeIPRanges: CIDR ranges divided by commas")),
            Map.entry(
                    TRAFFIC + "includeInboundPorts",
                    new Rule(value -> value.equals("*") || arePorts(value), "* or ports divided by commas")),
            Map.entry(TRAFFIC + "excludeInboundPorts", new Rule(AnnotationRules::arePorts, "ports divided by commas")),
            Map.entry(TRAFFIC + "excludeOutboundPorts", new Rule(AnnotationRules::arePorts, "ports divided by commas")),
            Map.entry(TRAFFIC + "includeOutboundPorts", new Rule(AnnotationRules::arePorts, "ports divided by commas")),
            Map.entry(TRAFFIC + "excludeInterfaces", INTERFACES),
            Map.entry(TRAFFIC + "kubevirtInterfaces", INTERFACES),
            Map.entry("istio.io/reroute-virtual-interfaces", INTERFACES),
            Map.entry(
                    "prometheus.istio.io/merge-metrics",
                    new Rule(value -> value.matches("[01tTfF]|(?i:true|false)"), "true or false")),
            Map.entry(RESOURCES + "CPU", QUANTITY),
            Map.entry(RESOURCES + "Memory", QUANTITY),
            Map.entry(RESOURCES + "CPULimit", QUANTITY),
            Map.entry(RESOURCES + "MemoryLimit", QUANTITY));

    private AnnotationRules() {}

    /**
     * Looks at all of them.
     *
     * @throws IllegalArgumentException if any breaks its rule: each by name, with what was found and what is accepted
     */
    public static void check(Map<String, String> annotations) {
        List<String> problems = new ArrayList<>();
        annotations.forEach((name, value) -> {
            Rule rule = RULES.get(name);
            if (rule != null && !rule.accepts.test(value)) {
                problems.add("annotation " + name + ": " + value + " (expected: " + rule.expected + ")");
            }
        });
        problems.addAll(ofStart(annotations.getOrDefault(StartSettings.ANNOTATION, "")));
        if (!problems.isEmpty()) {
            problems.sort(null);
            throw new IllegalArgumentException(String.join("; ", problems));
        }
    }

    private static List<String> ofStart(String settings) {
        return settings.isBlank()
                ? List.of()
                : new ResourceReader()
                        .readProxySettings(StartSettings.ANNOTATION, settings).problems().stream()
                                .filter(Problem::isError)
                                .map(problem -> "annotation " + problem)
                                .toList();
    }

    private static boolean all(String list, Predicate<String> rule) {
        for (String item : list.split(",", -1)) {
            if (!rule.test(item)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isPort(String text) {
        String port = text.strip();
        return port.matches("[0-9]{1,5}") && Integer.parseInt(port) <= 65535;
    }

    private static boolean arePorts(String list) {
        return list.isBlank() || all(list.strip(), AnnotationRules::isPort);
    }

    private static boolean areRanges(String list) {
        return list.isEmpty() || all(list, Ranges::isRange);
    }
}
