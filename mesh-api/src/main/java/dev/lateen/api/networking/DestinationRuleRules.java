package dev.lateen.api.networking;

import dev.lateen.api.schema.Report;
import dev.lateen.api.schema.Rule;
import java.util.HashSet;
import java.util.Set;

/** What Istio's webhook refuses in a DestinationRule though its schema has nothing against it. */
final class DestinationRuleRules {
    private DestinationRuleRules() {}

    /** Each subset has a name of its own. */
    static final class Whole implements Rule<DestinationRule> {
        @Override
        public void check(DestinationRule value, Report report) {
            Set<String> seen = new HashSet<>();
            for (int i = 0; i < value.subsets().size(); i++) {
                String name = value.subsets().get(i).name();
                if (!seen.add(name)) {
                    report.refuse("subsets[" + i + "].name", "'" + name + "' a second time", "each subset once");
                }
            }
        }
    }

    /** Settings of a port say which, and only once. */
    static final class Ports implements Rule<TrafficPolicy> {
        @Override
        public void check(TrafficPolicy value, Report report) {
            Set<Integer> seen = new HashSet<>();
            for (int i = 0; i < value.portLevelSettings().size(); i++) {
                PortSelector port = value.portLevelSettings().get(i).port();
                Integer number = port == null ? null : port.number();
                if (number == null) {
                    report.refuse("portLevelSettings[" + i + "].port", "no port", "port.number");
                } else if (!seen.add(number)) {
                    report.warn(
                            "portLevelSettings[" + i + "].port",
                            number + " a second time",
                            "each port once; the first counts");
                }
            }
            if (value.outlierDetection() != null && value.outlierDetection().consecutiveErrors() != 0) {
                report.warn(
                        "outlierDetection.consecutiveErrors",
                        "an old field without effect",
                        "consecutiveGatewayErrors");
            }
        }
    }

    /** Istio tunnels in two ways. */
    static final class TunnelProtocol implements Rule<String> {
        @Override
        public void check(String value, Report report) {
            if (!Set.of("", "CONNECT", "POST").contains(value)) {
                report.refuse("", "'" + value + "'", "CONNECT or POST");
            }
        }
    }

    /** Certificates fit the way of TLS. */
    static final class Tls implements Rule<TrafficPolicy.ClientTls> {
        @Override
        public void check(TrafficPolicy.ClientTls value, Report report) {
            boolean files =
                    !value.clientCertificate().isEmpty() || !value.privateKey().isEmpty();
            boolean anyFile = files || !value.caCertificates().isEmpty();
            boolean named = !value.credentialName().isEmpty();
            if (named && anyFile) {
                report.refuse("credentialName", "credentialName and files", "one or the other");
            }
            switch (value.mode()) {
                case MUTUAL -> {
                    if (!named
                            && (value.clientCertificate().isEmpty()
                                    || value.privateKey().isEmpty())) {
                        report.refuse(
                                "mode",
                                "MUTUAL without a certificate",
                                "clientCertificate and privateKey, or credentialName");
                    }
                }
                case ISTIO_MUTUAL -> {
                    if (anyFile || named) {
                        report.refuse("mode", "ISTIO_MUTUAL with certificates", "none: the mesh has its own");
                    }
                }
                case DISABLE, SIMPLE -> {}
            }
        }
    }

    /** New endpoints get their share bit by bit only where shares are counted. */
    static final class Warmup implements Rule<LoadBalancer> {
        @Override
        public void check(LoadBalancer value, Report report) {
            boolean warm = value.warmup() != null || value.warmupDurationSecs() != null;
            boolean random =
                    value.simple() == LoadBalancer.Simple.RANDOM || value.simple() == LoadBalancer.Simple.PASSTHROUGH;
            if (warm && (random || value.consistentHash() != null)) {
                report.warn("", "warmup without effect", "warmup with ROUND_ROBIN or LEAST_REQUEST");
            }
            if (value.warmup() != null && value.warmupDurationSecs() != null) {
                report.warn("warmupDurationSecs", "warmup and warmupDurationSecs", "warmup alone, which counts");
            }
        }
    }

    /** Something is hashed. */
    static final class HashKey implements Rule<LoadBalancer.ConsistentHash> {
        @Override
        public void check(LoadBalancer.ConsistentHash value, Report report) {
            boolean named = value.httpHeaderName() != null || value.httpQueryParameterName() != null;
            if (!named && value.httpCookie() == null && value.useSourceIp() == null) {
                report.warn("", "nothing to hash", "httpHeaderName, httpCookie, useSourceIp or httpQueryParameterName");
            }
        }
    }

    /** Two ways to choose the protocol don't go together. */
    static final class HttpPool implements Rule<ConnectionPool.Http> {
        @Override
        public void check(ConnectionPool.Http value, Report report) {
            if (value.useClientProtocol() && value.h2UpgradePolicy() == ConnectionPool.H2UpgradePolicy.UPGRADE) {
                report.refuse("useClientProtocol", "useClientProtocol and h2UpgradePolicy UPGRADE", "one of them");
            }
            ConnectionPool.Http2KeepAlive alive = value.http2KeepAlive();
            if (alive != null && (alive.interval() == null || alive.timeout() == null)) {
                report.refuse("http2KeepAlive", "one of interval and timeout missing", "interval and timeout");
            }
        }
    }
}
