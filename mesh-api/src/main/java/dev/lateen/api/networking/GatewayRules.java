package dev.lateen.api.networking;

import dev.lateen.api.schema.IpText;
import dev.lateen.api.schema.Report;
import dev.lateen.api.schema.Rule;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** What Istio's webhook refuses in a Gateway though its schema has nothing against it. */
final class GatewayRules {
    private static final Set<String> SECURE = Set.of("HTTPS", "TLS");

    private GatewayRules() {}

    /** There are servers, and their names differ. */
    static final class Whole implements Rule<Gateway> {
        @Override
        public void check(Gateway value, Report report) {
            if (value.servers().isEmpty()) {
                report.refuse("servers", "no servers", "at least one");
            }
            Set<String> ports = new HashSet<>();
            Set<String> names = new HashSet<>();
            for (int i = 0; i < value.servers().size(); i++) {
                Gateway.Server server = value.servers().get(i);
                if (!ports.add(server.port().name())) {
                    report.refuse(
                            "servers[" + i + "].port.name",
                            "'" + server.port().name() + "' a second time",
                            "each name once");
                }
                if (!server.name().isEmpty() && !names.add(server.name())) {
                    report.refuse("servers[" + i + "].name", "'" + server.name() + "' a second time", "each name once");
                }
            }
        }
    }

    /** Where a server listens: at a port, of an IP address or of all, or at a Unix socket. */
    static final class Place implements Rule<Gateway.Server> {
        private static final String UNIX = "unix://";

        @Override
        public void check(Gateway.Server value, Report report) {
            String bind = value.bind();
            int number = value.port().number();
            boolean socket = bind.startsWith(UNIX);
            if (socket && number != 0) {
                report.refuse("bind", "'" + bind + "' with port.number " + number, "port.number 0 with a Unix socket");
            } else if (!socket && number == 0) {
                report.refuse("port.number", "no port", "1 to 65535");
            }
            if (!bind.isEmpty() && !IpText.isAddress(bind) && (!socket || bind.length() == UNIX.length())) {
                report.refuse("bind", "'" + bind + "'", "an IP address or unix:// with a path");
            }
        }
    }

    /** The protocols of a server. */
    static final class Protocol implements Rule<String> {
        private static final Set<String> KNOWN =
                Set.of("HTTP", "HTTPS", "GRPC", "GRPC-WEB", "HTTP2", "MONGO", "TCP", "TLS", "HBONE");

        @Override
        public void check(String value, Report report) {
            if (!KNOWN.contains(value.toUpperCase(Locale.ROOT))) {
                report.refuse("", "'" + value + "'", "one of HTTP, HTTPS, GRPC, GRPC-WEB, HTTP2, MONGO, TCP, TLS");
            }
        }
    }

    /** TLS settings fit the protocol, certificates fit the way of TLS. */
    static final class ServerTlsFits implements Rule<Gateway.Server> {
        @Override
        public void check(Gateway.Server value, Report report) {
            ServerTls tls = value.tls();
            String protocol = value.port().protocol().toUpperCase(Locale.ROOT);
            boolean secure = SECURE.contains(protocol);
            if (tls == null) {
                if (secure) {
                    report.refuse("tls", "missing, with protocol " + protocol, "tls with a mode");
                }
                return;
            }
            if (tls.httpsRedirect() && secure) {
                report.refuse("tls.httpsRedirect", "true, with protocol " + protocol, "httpsRedirect with HTTP only");
            }
            checkSuites(tls, report);
            if (secure) {
                checkCertificates(tls, report);
            } else if (!tls.httpsRedirect()) {
                report.refuse("tls", "tls with protocol " + protocol, "protocol HTTPS or TLS, or httpsRedirect alone");
            }
        }

        private static void checkSuites(ServerTls tls, Report report) {
            List<String> suites = tls.parameters().cipherSuites();
            for (int i = 0; i < suites.size(); i++) {
                String suite = suites.get(i);
                if (!CipherSuites.known().contains(suite)) {
                    report.warn(
                            "tls.cipherSuites[" + i + "]",
                            "'" + suite + "' is unknown and left out",
                            "one of " + String.join(", ", CipherSuites.known()));
                }
            }
        }

        private static void checkCertificates(ServerTls tls, Report report) {
            ServerTls.Credentials credentials = tls.credentials();
            boolean named = !credentials.credentialName().isEmpty()
                    || !credentials.credentialNames().isEmpty();
            boolean files = (!credentials.serverCertificate().isEmpty()
                            && !credentials.privateKey().isEmpty())
                    || !credentials.tlsCertificates().isEmpty();
            switch (tls.mode()) {
                case SIMPLE, OPTIONAL_MUTUAL -> {
                    if (!named && !files) {
                        report.refuse(
                                "tls",
                                tls.mode() + " without a certificate",
                                "credentialName, or serverCertificate and privateKey");
                    }
                }
                case MUTUAL -> {
                    boolean roots = named
                            || !credentials.caCertificates().isEmpty()
                            || !credentials.caCertCredentialName().isEmpty();
                    if (!named && !files) {
                        report.refuse(
                                "tls",
                                "MUTUAL without a certificate",
                                "credentialName, or serverCertificate and privateKey");
                    } else if (!roots) {
                        report.refuse("tls", "MUTUAL without roots for clients", "credentialName or caCertificates");
                    }
                }
                case ISTIO_MUTUAL -> {
                    if (named || files || !credentials.caCertificates().isEmpty()) {
                        report.refuse("tls", "ISTIO_MUTUAL with certificates", "none: the mesh has its own");
                    }
                }
                case PASSTHROUGH, AUTO_PASSTHROUGH -> {}
            }
        }
    }
}
