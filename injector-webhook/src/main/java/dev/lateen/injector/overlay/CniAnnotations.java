package dev.lateen.injector.overlay;

import dev.lateen.injector.pod.MultusNetworks;
import dev.lateen.injector.pod.PodFacts;
import java.util.Map;

/** What a CNI plugin on the node reads to redirect traffic; nothing where init containers do that. */
final class CniAnnotations implements Overlay {
    private static final String NETWORKS = "k8s.v1.cni.cncf.io/networks";

    @Override
    public void add(Fragment fragment, PodFacts facts) {
        if (!facts.settings().node().cni()) {
            return;
        }
        Map<String, String> annotations = fragment.annotations();
        if (facts.settings().node().multus()) {
            annotations.put(
                    NETWORKS,
                    MultusNetworks.with(facts.annotations().getOrDefault(NETWORKS, ""), "default", "istio-cni"));
        }
        var capturing = new Capturing(facts);
        annotations.put(PodFacts.INTERCEPTION, facts.interceptionMode());
        putUnlessEmpty(annotations, Capturing.INCLUDE_RANGES, capturing.includedRanges());
        putUnlessEmpty(annotations, Capturing.EXCLUDE_RANGES, capturing.excludedRanges());
        annotations.put(Capturing.INCLUDE_INBOUND, capturing.includedInboundPorts());
        annotations.put(Capturing.EXCLUDE_INBOUND, capturing.excludedInboundPorts());
        if (capturing.saysIncludedOutboundPorts()) {
            annotations.put(Capturing.INCLUDE_OUTBOUND, capturing.includedOutboundPorts());
        }
        if (capturing.saysExcludedOutboundPorts()) {
            annotations.put(Capturing.EXCLUDE_OUTBOUND, capturing.excludedOutboundPorts());
        }
    }

    private static void putUnlessEmpty(Map<String, String> annotations, String name, String value) {
        if (!value.isEmpty()) {
            annotations.put(name, value);
        }
    }
}
