package dev.lateen.api.networking;

import dev.lateen.api.schema.IpText;
import dev.lateen.api.schema.Report;
import dev.lateen.api.schema.Rule;
import dev.lateen.api.schema.TextRules;
import java.util.Map;
import java.util.Set;

/** What a WorkloadEntry and a WorkloadGroup must be like beyond their bounds: the rules of Istio's CRD. */
final class WorkloadRules {
    /** {@link Address} in CEL, its first half. */
    static final String ABSOLUTE_SOCKET = "self.startsWith(\"unix://\")"
            + " ? (self.substring(7, 8) == \"/\" || self.substring(7, 8) == \"@\") : true";

    /** {@link Address} in CEL, its second half. */
    static final String SOCKET_IS_NO_FOLDER = "self.startsWith(\"unix://\") ? !self.endsWith(\"/\") : true";

    /** {@link EntryPortName} of the keys of a map in CEL. */
    static final String PORT_NAMES =
            "self.all(key, size(key) < 63 && key.matches(\"^[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?$\"))";

    /** {@link UnixHasNoPorts} in CEL. */
    static final String SOCKETS_HAVE_NO_PORTS =
            "(has(self.address) ? self.address : \"\").startsWith(\"unix://\") ? !has(self.ports) : true";

    private static final String UNIX = "unix://";

    private WorkloadRules() {}

    /** An IP address, a host, or a Unix socket. */
    static final class Address implements Rule<String> {
        @Override
        public void check(String value, Report report) {
            if (value.startsWith(UNIX)) {
                String path = value.substring(UNIX.length());
                if (!(path.startsWith("/") || path.startsWith("@")) || path.endsWith("/")) {
                    report.refuse("", "'" + value + "'", "unix:///path/to/socket or unix://@abstract");
                }
            } else if (!value.isEmpty() && !IpText.isAddress(value) && !HostSyntax.isName(value)) {
                report.refuse("", "'" + value + "'", "an IP address, a host or unix:// with a path");
            }
        }
    }

    /** The name of a port in an entry, as the CRD has it. */
    static final class EntryPortName implements Rule<String> {
        private static final int TOO_LONG = 63;

        @Override
        public void check(String value, Report report) {
            if (value.length() >= TOO_LONG || !TextRules.isLabel(value)) {
                report.refuse("", "port name '" + value + "'", "letters, digits and '-', less than 63");
            }
        }
    }

    /** An entry is somewhere. */
    static final class HasAddress implements Rule<WorkloadEntry> {
        @Override
        public void check(WorkloadEntry value, Report report) {
            if (value.address().isEmpty() && value.network().isEmpty()) {
                report.refuse("", "no address", "address, or network for a workload behind a gateway");
            }
        }
    }

    /** A Unix socket has no ports. */
    static final class UnixHasNoPorts implements Rule<WorkloadEntry> {
        @Override
        public void check(WorkloadEntry value, Report report) {
            checkNoPorts(value.address(), value.ports(), report);
        }
    }

    /** A Unix socket has no ports. */
    static final class TemplateUnixHasNoPorts implements Rule<WorkloadGroup.Template> {
        @Override
        public void check(WorkloadGroup.Template value, Report report) {
            checkNoPorts(value.address(), value.ports(), report);
        }
    }

    private static void checkNoPorts(String address, Map<String, Integer> ports, Report report) {
        if (address.startsWith(UNIX) && !ports.isEmpty()) {
            report.refuse("ports", "ports of a Unix socket", "none");
        }
    }

    /** How a probe asks. */
    static final class ProbeScheme implements Rule<String> {
        @Override
        public void check(String value, Report report) {
            if (!Set.of("", "HTTP", "HTTPS").contains(value)) {
                report.refuse("", "'" + value + "'", "HTTP or HTTPS");
            }
        }
    }
}
