package dev.lateen.api.networking;

import dev.lateen.api.schema.IpText;
import dev.lateen.api.schema.Report;
import dev.lateen.api.schema.Rule;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** What a ServiceEntry must be like beyond its bounds: the rules of Istio's CRD and of its webhook. */
final class ServiceEntryRules {
    private static final String UNIX = "unix://";

    private ServiceEntryRules() {}

    /** Addresses and endpoints fit the way in which endpoints are found. */
    static final class Whole implements Rule<ServiceEntry> {
        @Override
        public void check(ServiceEntry value, Report report) {
            boolean ranges = value.addresses().stream().anyMatch(a -> a.contains("/"));
            boolean fixed = value.resolution() == ServiceEntry.Resolution.NONE
                    || value.resolution() == ServiceEntry.Resolution.STATIC;
            if (ranges && !fixed) {
                report.refuse(
                        "addresses",
                        "a range with resolution " + value.resolution(),
                        "single addresses, or NONE or STATIC");
            }
            checkEndpoints(value, report);
            switch (value.resolution()) {
                case NONE -> {
                    if (!value.endpoints().isEmpty()) {
                        report.refuse(
                                "endpoints", "endpoints with resolution NONE", "no endpoints, or another resolution");
                    }
                }
                case STATIC -> {
                    if (value.endpoints().isEmpty() && value.workloadSelector() == null) {
                        report.warn("resolution", "STATIC without endpoints", "endpoints or a workloadSelector");
                    }
                }
                case DNS -> checkResolvable(value, report);
                case DNS_ROUND_ROBIN -> {
                    if (value.endpoints().size() > 1) {
                        report.refuse("endpoints", value.endpoints().size() + " with DNS_ROUND_ROBIN", "at most one");
                    }
                    checkResolvable(value, report);
                }
                case DYNAMIC_DNS -> {}
            }
        }

        private static void checkResolvable(ServiceEntry value, Report report) {
            if (!value.endpoints().isEmpty() || value.workloadSelector() != null) {
                return;
            }
            for (int i = 0; i < value.hosts().size(); i++) {
                if (value.hosts().get(i).startsWith("*")) {
                    String found = "'" + value.hosts().get(i) + "' with resolution " + value.resolution()
                            + " and no endpoints";
                    report.refuse("hosts[" + i + "]", found, "a full name, or endpoints");
                }
            }
        }

        private static void checkEndpoints(ServiceEntry value, Report report) {
            Set<String> ports = new HashSet<>();
            value.ports().forEach(port -> ports.add(port.name()));
            for (int i = 0; i < value.endpoints().size(); i++) {
                WorkloadEntry endpoint = value.endpoints().get(i);
                String path = "endpoints[" + i + "]";
                for (String name : endpoint.ports().keySet()) {
                    if (!ports.contains(name)) {
                        report.refuse(path + ".ports", "port '" + name + "'", "the name of one of the entry's ports");
                    }
                }
                boolean unix = endpoint.address().startsWith(UNIX);
                boolean ip = IpText.isAddress(endpoint.address());
                if (value.resolution() == ServiceEntry.Resolution.STATIC
                        && !unix
                        && !ip
                        && !endpoint.address().isEmpty()) {
                    report.refuse(
                            path + ".address",
                            "'" + endpoint.address() + "' with STATIC",
                            "an IP address, or resolution DNS");
                }
                if (unix && value.resolution() == ServiceEntry.Resolution.DNS) {
                    report.refuse(path + ".address", "a Unix socket with DNS", "a host, or resolution STATIC");
                }
            }
        }
    }

    /** No port twice. */
    static final class DistinctPorts implements Rule<List<ServiceEntry.ServicePort>> {
        @Override
        public void check(List<ServiceEntry.ServicePort> value, Report report) {
            Set<Integer> seen = new HashSet<>();
            for (int i = 0; i < value.size(); i++) {
                if (!seen.add(value.get(i).number())) {
                    report.refuse("[" + i + "].number", value.get(i).number() + " a second time", "each port once");
                }
            }
        }
    }

    /** The protocols of a service; empty means that it is found out. */
    static final class Protocol implements Rule<String> {
        private static final Set<String> KNOWN = Set.of(
                "",
                "HTTP",
                "HTTPS",
                "HTTP2",
                "HTTP_PROXY",
                "GRPC",
                "GRPC-WEB",
                "TCP",
                "TLS",
                "UDP",
                "MONGO",
                "REDIS",
                "MYSQL",
                "HBONE");

        @Override
        public void check(String value, Report report) {
            if (!KNOWN.contains(value.toUpperCase(Locale.ROOT))) {
                report.refuse(
                        "",
                        "'" + value + "'",
                        "one of HTTP, HTTPS, HTTP2, GRPC, GRPC-WEB, TCP, TLS, UDP, MONGO, REDIS, MYSQL");
            }
        }
    }
}
