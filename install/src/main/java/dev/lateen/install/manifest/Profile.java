package dev.lateen.install.manifest;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Istio's profiles: the values that an installation begins with. */
enum Profile {
    /** Control plane and ingress gateway. */
    DEFAULT(parts(true, true, false), Map.of()),
    /** With both gateways, little of everything, every request traced and logged. */
    DEMO(
            parts(true, true, true),
            Map.of(
                    "meshConfig",
                    Map.of("accessLogFile", "/dev/stdout"),
                    "values",
                    Map.of(
                            "pilot",
                            Map.of(
                                    "autoscaleEnabled",
                                    false,
                                    "traceSampling",
                                    100,
                                    "resources",
                                    Map.of("requests", Map.of("cpu", "10m", "memory", "100Mi"))),
                            "global",
                            Map.of(
                                    "proxy",
                                    Map.of("resources", Map.of("requests", Map.of("cpu", "10m", "memory", "40Mi")))),
                            "gateways",
                            Map.of(
                                    "istio-ingressgateway",
                                    Map.of("autoscaleEnabled", false),
                                    "istio-egressgateway",
                                    Map.of("autoscaleEnabled", false))))),
    /** The control plane alone. */
    MINIMAL(parts(true, false, false), Map.of()),
    /** Nothing: whoever takes it says what there is. */
    EMPTY(parts(false, false, false), Map.of());

    @SuppressWarnings("ImmutableEnumChecker") // Made of constants, and never changed: layers are merged into new trees.
    private final Map<String, Object> values;

    Profile(Map<String, Object> components, Map<String, Object> more) {
        // Maps of constants have another order in each run.
        this.values = ValuesLayers.sorted(ValuesLayers.merge(components, more));
    }

    private static Map<String, Object> parts(boolean istiod, boolean ingress, boolean egress) {
        return Map.of(
                "components",
                Map.of(
                        "base",
                        Map.of("enabled", istiod),
                        "pilot",
                        Map.of("enabled", istiod),
                        "ingressGateways",
                        List.of(Map.of("name", "istio-ingressgateway", "enabled", ingress)),
                        "egressGateways",
                        List.of(Map.of("name", "istio-egressgateway", "enabled", egress))));
    }

    /**
     * The profile of a name.
     *
     * @throws IllegalArgumentException if there is none: which there are
     */
    static Profile named(String name) {
        return Arrays.stream(values())
                .filter(profile -> profile.label().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("profile: found " + name + " (expected: "
                        + Arrays.stream(values()).map(Profile::label).collect(Collectors.joining(", ")) + ")"));
    }

    /** As users write it. */
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** In the shape of an IstioOperator's spec. */
    Map<String, Object> tree() {
        return values;
    }
}
