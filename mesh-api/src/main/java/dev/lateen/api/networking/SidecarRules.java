package dev.lateen.api.networking;

import dev.lateen.api.schema.IpText;
import dev.lateen.api.schema.Report;
import dev.lateen.api.schema.Rule;
import dev.lateen.api.schema.TextRules;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What Istio's webhook refuses in a Sidecar though its schema has nothing against it. */
final class SidecarRules {
    private static final String UNIX = "unix://";

    private SidecarRules() {}

    /** Listeners don't collide, and the one for everything comes last. */
    static final class Whole implements Rule<Sidecar> {
        @Override
        public void check(Sidecar value, Report report) {
            boolean other = value.outboundTrafficPolicy() != null || value.inboundConnectionPool() != null;
            if (value.ingress().isEmpty() && value.egress().isEmpty() && !other) {
                report.refuse("", "nothing", "ingress, egress, outboundTrafficPolicy or inboundConnectionPool");
            }
            List<Sidecar.Egress> egress = value.egress();
            for (int i = 0; i < egress.size() - 1; i++) {
                if (egress.get(i).port() == null) {
                    report.refuse(
                            "egress[" + i + "]",
                            "a listener without port before others",
                            "one such listener, as the last");
                }
            }
            Set<Integer> ports = new HashSet<>();
            for (int i = 0; i < value.ingress().size(); i++) {
                Integer number = value.ingress().get(i).port().number();
                if (number != null && number > 0 && !ports.add(number)) {
                    report.refuse("ingress[" + i + "].port.number", number + " a second time", "each port once");
                }
            }
        }
    }

    /** An inbound listener has a port. */
    static final class IngressRule implements Rule<Sidecar.Ingress> {
        @Override
        public void check(Sidecar.Ingress value, Report report) {
            Integer number = value.port().number();
            if (number == null || number == 0) {
                report.refuse("port.number", "no port", "1 to 65535");
            }
            if (!value.bind().isEmpty() && !IpText.isAddress(value.bind())) {
                report.refuse("bind", "'" + value.bind() + "'", "an IP address");
            }
        }
    }

    /** An address of an outbound listener goes with a port. */
    static final class EgressRule implements Rule<Sidecar.Egress> {
        @Override
        public void check(Sidecar.Egress value, Report report) {
            boolean unix = value.bind().startsWith(UNIX);
            Integer number = value.port() == null ? null : value.port().number();
            if (!value.bind().isEmpty() && value.port() == null) {
                report.refuse("bind", "bind without port", "a port as well");
            }
            if (value.port() != null && !unix && (number == null || number == 0)) {
                report.refuse("port.number", "no port", "1 to 65535");
            }
            if (unix && number != null && number != 0) {
                report.refuse("port.number", number + " with a Unix socket", "0");
            }
            if (!value.bind().isEmpty() && !unix && !IpText.isAddress(value.bind())) {
                report.refuse("bind", "'" + value.bind() + "'", "an IP address or unix:// with a path");
            }
        }
    }

    /** Where inbound traffic goes. */
    static final class DefaultEndpoint implements Rule<String> {
        private static final Set<String> HOSTS = Set.of("127.0.0.1", "0.0.0.0", "[::1]", "[::]");
        private static final int HIGHEST_PORT = 65535;

        @Override
        public void check(String value, Report report) {
            if (value.isEmpty() || (value.startsWith(UNIX) && value.length() > UNIX.length())) {
                return;
            }
            int colon = value.lastIndexOf(':');
            if (colon < 0 || !HOSTS.contains(value.substring(0, colon)) || !isPort(value.substring(colon + 1))) {
                report.refuse(
                        "",
                        "'" + value + "'",
                        "127.0.0.1:PORT, 0.0.0.0:PORT, [::1]:PORT, [::]:PORT or unix:// with a path");
            }
        }

        private static boolean isPort(String text) {
            boolean digits =
                    !text.isEmpty() && text.length() <= 5 && text.chars().allMatch(c -> c >= '0' && c <= '9');
            return digits && Integer.parseInt(text) >= 1 && Integer.parseInt(text) <= HIGHEST_PORT;
        }
    }

    /** A host that is seen, with its namespace. */
    static final class EgressHost implements Rule<String> {
        @Override
        public void check(String value, Report report) {
            int slash = value.indexOf('/');
            String namespace = slash < 0 ? "" : value.substring(value.startsWith("~") ? 1 : 0, slash);
            boolean space = Set.of("", "*", ".").contains(namespace) || TextRules.isLabel(namespace);
            if (slash <= 0 || !space || !HostSyntax.isWildcardName(value.substring(slash + 1))) {
                report.refuse("", "'" + value + "'", "namespace/host such as ./* or istio-system/*");
            }
        }
    }
}
