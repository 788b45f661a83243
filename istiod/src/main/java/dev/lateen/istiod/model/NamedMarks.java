package dev.lateen.istiod.model;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Istio's annotations and labels that may be set and have no effect, with the sentence that says so. */
public final class NamedMarks {
    private static final String YET = Named.YET;
    private static final Map<String, String> MARKS = marks();

    /** What the injector's patch depends on, and nothing else. */
    private static final Set<String> OF_INJECTION = Set.of(
            "traffic.sidecar.istio.io/excludeInterfaces",
            "traffic.sidecar.istio.io/kubevirtInterfaces",
            "istio.io/reroute-virtual-interfaces",
            "sidecar.istio.io/bootstrapOverride",
            "sidecar.istio.io/userVolume",
            "sidecar.istio.io/userVolumeMount",
            "sidecar.istio.io/proxyImageType",
            "sidecar.istio.io/nativeSidecar",
            "status.sidecar.istio.io/port",
            "readiness.status.sidecar.istio.io/initialDelaySeconds",
            "readiness.status.sidecar.istio.io/periodSeconds",
            "readiness.status.sidecar.istio.io/failureThreshold",
            "inject.istio.io/templates",
            "sidecar.istio.io/rewriteAppHTTPProbers",
            "prometheus.istio.io/merge-metrics",
            "prometheus.istio.io/scrape-targets");

    private NamedMarks() {}

    /** Whether a mark has its effect when a pod is injected, and none where nothing is, as under {@code meshctl run}. */
    public static boolean isOfInjection(String name) {
        return OF_INJECTION.contains(name);
    }

    /** All that have no effect anywhere, by name. */
    public static Map<String, String> all() {
        return MARKS;
    }

    /**
     * What is said of an annotation or label.
     *
     * @return null if it has its effect, or is none of Istio's
     */
    public static @Nullable String of(String name, String value) {
        boolean harmless = switch (name) {
            case "inject.istio.io/templates" -> value.equals("gateway") || value.equals("sidecar");
            case "sidecar.istio.io/rewriteAppHTTPProbers" -> value.equals("false");
            case "prometheus.istio.io/merge-metrics" -> value.equals("false");
            case "istio.io/dataplane-mode" -> value.equals("none");
            default -> false;
        };
        String injected = isOfInjection(name) ? "has an effect on injected pods alone" : null;
        return harmless ? null : MARKS.getOrDefault(name, injected);
    }

    private static Map<String, String> marks() {
        Map<String, String> marks = new TreeMap<>();
        put(marks, YET, "readiness.status.sidecar.istio.io/applicationPorts");
        put(
                marks,
                YET + ": all of Istio's statistics are shown, others are not",
                "sidecar.istio.io/statsInclusionPrefixes",
                "sidecar.istio.io/statsInclusionSuffixes",
                "sidecar.istio.io/statsInclusionRegexps",
                "sidecar.istio.io/statsHistogramBuckets",
                "sidecar.istio.io/statsHistogramBins",
                "sidecar.istio.io/statsFlushInterval",
                "sidecar.istio.io/statsEvictionInterval",
                "sidecar.istio.io/statsCompression",
                "sidecar.istio.io/extraStatTags");
        put(marks, YET + ": the proxy's control plane is the one that injects it", "sidecar.istio.io/discoveryAddress");
        put(
                marks,
                YET + ": all endpoints are reached directly",
                "topology.istio.io/network",
                "topology.istio.io/controlPlaneClusters",
                "networking.istio.io/gatewayPort",
                "traffic.istio.io/nodeSelector");
        put(
                marks,
                YET + ", nor in Istio unless PILOT_ENABLE_PERSISTENT_SESSION_FILTER is set there",
                "istio.io/persistent-session",
                "istio.io/persistent-session-header");
        put(
                marks,
                YET + ": the mesh has sidecars and gateways only",
                List.of(
                                "ambient.istio.io/redirection",
                                "ambient.istio.io/bypass-inbound-capture",
                                "ambient.istio.io/dns-capture",
                                "ambient.istio.io/waypoint-inbound-binding",
                                "istio.io/dataplane-mode",
                                "istio.io/use-waypoint",
                                "istio.io/use-waypoint-namespace",
                                "istio.io/use-waypoint-canary",
                                "istio.io/use-waypoint-canary-namespace",
                                "istio.io/use-waypoint-canary-weight",
                                "istio.io/ingress-use-waypoint",
                                "istio.io/waypoint-for")
                        .toArray(String[]::new));
        put(
                marks,
                YET + ": what has addresses of the kind gets one, others don't",
                "networking.istio.io/enable-autoallocate-ip");
        put(marks, YET + ": a workload's name is its owner's", "service.istio.io/workload-name");
        put(marks, YET + ": a pod's locality is its node's, or its label istio-locality", "topology.istio.io/locality");
        put(marks, YET + ": nothing is analysed but what validate says", "galley.istio.io/analyze-suppress");
        put(
                marks,
                YET + ", an old name",
                "alpha.istio.io/kubernetes-serviceaccounts",
                "alpha.istio.io/canonical-serviceaccounts");
        return Map.copyOf(marks);
    }

    private static void put(Map<String, String> marks, String found, String... names) {
        for (String name : names) {
            marks.put(name, found);
        }
    }
}
