package dev.lateen.injector.overlay;

import dev.lateen.injector.pod.ExcludedPorts;
import dev.lateen.injector.pod.PodFacts;
import dev.lateen.injector.settings.SidecarSettings.Capture;

/**
 * Which traffic of one pod goes through its proxy: its annotations {@code traffic.sidecar.istio.io/*}, or what holds for all.
 *
 * @param facts of the pod
 */
record Capturing(PodFacts facts) {
    static final String PREFIX = "traffic.sidecar.istio.io/";
    static final String INCLUDE_RANGES = PREFIX + "includeOutboundIPRanges";
    static final String EXCLUDE_RANGES = PREFIX + "excludeOutboundIPRanges";
    static final String INCLUDE_INBOUND = PREFIX + "includeInboundPorts";
    static final String EXCLUDE_INBOUND = PREFIX + "excludeInboundPorts";
    static final String INCLUDE_OUTBOUND = PREFIX + "includeOutboundPorts";
    static final String EXCLUDE_OUTBOUND = PREFIX + "excludeOutboundPorts";
    static final String KUBEVIRT = PREFIX + "kubevirtInterfaces";
    static final String REROUTED = "istio.io/reroute-virtual-interfaces";
    static final String EXCLUDE_INTERFACES = PREFIX + "excludeInterfaces";

    private Capture all() {
        return facts.settings().capture();
    }

    String includedRanges() {
        return facts.annotation(INCLUDE_RANGES, all().includeIPRanges());
    }

    String excludedRanges() {
        return facts.annotation(EXCLUDE_RANGES, all().excludeIPRanges());
    }

    String includedInboundPorts() {
        return facts.annotation(INCLUDE_INBOUND, all().includeInboundPorts());
    }

    /** The user's, and the agent's own. */
    String excludedInboundPorts() {
        return ExcludedPorts.with(facts.annotation(EXCLUDE_INBOUND, all().excludeInboundPorts()), facts.statusPort());
    }

    String includedOutboundPorts() {
        return facts.annotation(INCLUDE_OUTBOUND, all().includeOutboundPorts());
    }

    String excludedOutboundPorts() {
        return facts.annotation(EXCLUDE_OUTBOUND, all().excludeOutboundPorts());
    }

    boolean saysIncludedOutboundPorts() {
        return says(INCLUDE_OUTBOUND) || !all().includeOutboundPorts().isEmpty();
    }

    boolean saysExcludedOutboundPorts() {
        return says(EXCLUDE_OUTBOUND) || !all().excludeOutboundPorts().isEmpty();
    }

    boolean says(String annotation) {
        return facts.annotations().containsKey(annotation);
    }
}
