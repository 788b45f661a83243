package dev.lateen.api.security;

import dev.lateen.api.schema.Report;
import dev.lateen.api.schema.Rule;

/** What a PeerAuthentication must be like beyond its bounds: the rules of Istio's CRD. */
final class PeerAuthenticationRules {
    private PeerAuthenticationRules() {}

    /** Ports are those of a workload, so one must be selected. */
    static final class PortsNeedSelector implements Rule<PeerAuthentication> {
        @Override
        public void check(PeerAuthentication value, Report report) {
            boolean selected =
                    value.selector() != null && !value.selector().matchLabels().isEmpty();
            if (!value.portLevelMtls().isEmpty() && !selected) {
                report.refuse("portLevelMtls", "portLevelMtls without a selector", "selector.matchLabels");
            }
        }
    }

    /** A port as key. */
    static final class PortKey implements Rule<String> {
        @Override
        public void check(String value, Report report) {
            boolean digits =
                    !value.isEmpty() && value.length() <= 5 && value.chars().allMatch(c -> c >= '0' && c <= '9');
            if (!digits || Integer.parseInt(value) < 1 || Integer.parseInt(value) > 65535) {
                report.refuse("", "'" + value + "'", "a port, 1 to 65535");
            }
        }
    }
}
