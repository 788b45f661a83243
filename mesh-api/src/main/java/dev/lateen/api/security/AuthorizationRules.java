package dev.lateen.api.security;

import com.google.re2j.Pattern;
import dev.lateen.api.schema.IpText;
import dev.lateen.api.schema.Report;
import dev.lateen.api.schema.Rule;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What an AuthorizationPolicy must be like beyond its bounds: the rules of Istio's CRD and of its webhook. */
final class AuthorizationRules {
    private static final String ACCEPTED_KEYS =
            "request.headers[NAME], request.auth.claims[NAME], source.ip, source.principal, destination.port,"
                    + " connection.sni ...";

    private AuthorizationRules() {}

    /** Whoever decides is named, and there is something to decide. */
    static final class Whole implements Rule<AuthorizationPolicy> {
        @Override
        public void check(AuthorizationPolicy value, Report report) {
            boolean custom = value.action() == AuthorizationPolicy.Action.CUSTOM;
            AuthorizationPolicy.Provider provider = value.provider();
            if (custom && (provider == null || provider.name().isEmpty())) {
                report.refuse("provider", "CUSTOM without a provider", "provider.name");
            }
            if (custom && value.rules().isEmpty()) {
                report.refuse("rules", "CUSTOM without rules", "at least one");
            }
            if (!custom && provider != null) {
                report.refuse("provider", "a provider with action " + value.action(), "action CUSTOM");
            }
            if (value.action() == AuthorizationPolicy.Action.DENY
                    && value.rules().isEmpty()) {
                report.warn("rules", "DENY without rules", "at least one: without, nothing is denied");
            }
            for (int i = 0; i < value.rules().size(); i++) {
                checkParts(value.rules().get(i), "rules[" + i + "].", report);
            }
        }

        private static void checkParts(AuthorizationPolicy.Rule rule, String path, Report report) {
            for (int i = 0; i < rule.from().size(); i++) {
                if (rule.from().get(i).source() == null) {
                    report.refuse(path + "from[" + i + "]", "no source", "source");
                }
            }
            for (int i = 0; i < rule.to().size(); i++) {
                if (rule.to().get(i).operation() == null) {
                    report.refuse(path + "to[" + i + "]", "no operation", "operation");
                }
            }
        }
    }

    /** A source says something, and service accounts stand alone. */
    static final class SourceFits implements Rule<AuthorizationPolicy.Source> {
        @Override
        public void check(AuthorizationPolicy.Source value, Report report) {
            AuthorizationPolicy.Peer peer = value.peer();
            AuthorizationPolicy.Addresses addresses = value.addresses();
            Map<String, List<String>> identities = Map.of(
                    "principals", peer.principals(),
                    "notPrincipals", peer.notPrincipals(),
                    "namespaces", peer.namespaces(),
                    "notNamespaces", peer.notNamespaces());
            Map<String, List<String>> accounts =
                    Map.of("serviceAccounts", peer.serviceAccounts(), "notServiceAccounts", peer.notServiceAccounts());
            Map<String, List<String>> others = Map.of(
                    "requestPrincipals", value.requestPrincipals(),
                    "notRequestPrincipals", value.notRequestPrincipals(),
                    "ipBlocks", addresses.ipBlocks(),
                    "notIpBlocks", addresses.notIpBlocks(),
                    "remoteIpBlocks", addresses.remoteIpBlocks(),
                    "notRemoteIpBlocks", addresses.notRemoteIpBlocks(),
                    "trustDomains", peer.trustDomains(),
                    "notTrustDomains", peer.notTrustDomains());
            if (isEmpty(identities) && isEmpty(accounts) && isEmpty(others)) {
                report.refuse("", "nothing", "at least one list that is not empty");
            }
            if (!isEmpty(accounts) && !isEmpty(identities)) {
                report.refuse("serviceAccounts", "service accounts with principals or namespaces", "one or the other");
            }
            List.of(identities, accounts, others).forEach(lists -> refuseEmpty(lists, report));
            accounts.forEach((field, values) -> checkAccounts(field, values, report));
        }

        private static void checkAccounts(String field, List<String> values, Report report) {
            for (int i = 0; i < values.size(); i++) {
                String[] parts = values.get(i).split("/", -1);
                boolean formed = parts.length <= 2 && !parts[0].isEmpty() && !parts[parts.length - 1].isEmpty();
                if (!formed || values.get(i).contains("*")) {
                    report.refuse(field + "[" + i + "]", "'" + values.get(i) + "'", "namespace/name, or a name, exact");
                }
            }
        }
    }

    private static boolean isEmpty(Map<String, List<String>> lists) {
        return lists.values().stream().allMatch(List::isEmpty);
    }

    private static void refuseEmpty(Map<String, List<String>> lists, Report report) {
        lists.forEach((field, values) -> {
            if (values.contains("")) {
                report.refuse(field, "an empty text", "values that say something");
            }
        });
    }

    /** An operation says something. */
    static final class OperationSaysSomething implements Rule<AuthorizationPolicy.Operation> {
        @Override
        public void check(AuthorizationPolicy.Operation value, Report report) {
            Map<String, List<String>> lists = Map.of(
                    "hosts", value.hosts(),
                    "notHosts", value.notHosts(),
                    "ports", value.ports(),
                    "notPorts", value.notPorts(),
                    "methods", value.methods(),
                    "notMethods", value.notMethods(),
                    "paths", value.paths(),
                    "notPaths", value.notPaths());
            if (isEmpty(lists)) {
                report.refuse("", "nothing", "at least one list that is not empty");
            }
            refuseEmpty(lists, report);
        }
    }

    /** A port as text. */
    static final class PortText implements Rule<String> {
        @Override
        public void check(String value, Report report) {
            if (!isPort(value)) {
                report.refuse("", "'" + value + "'", "a port, 1 to 65535, in quotes");
            }
        }
    }

    private static boolean isPort(String text) {
        boolean digits = !text.isEmpty() && text.length() <= 5 && text.chars().allMatch(c -> c >= '0' && c <= '9');
        return digits && Integer.parseInt(text) >= 1 && Integer.parseInt(text) <= 65535;
    }

    /** A path, with stars at its ends or with {@code {*}} and {@code {**}} for segments. */
    static final class PathText implements Rule<String> {
        @Override
        public void check(String value, Report report) {
            boolean template = value.contains("{*}") || value.contains("{**}");
            int rest = value.indexOf("{**}");
            if (rest >= 0 && (value.indexOf('{', rest + 1) >= 0)) {
                report.refuse("", "'" + value + "'", "{**} as the last of the templates");
            } else if (template && value.replace("{*}", "").replace("{**}", "").contains("*")) {
                report.refuse("", "'" + value + "'", "either a star at an end, or {*} and {**}");
            } else if (template && !wholeSegments(value)) {
                report.refuse("", "'" + value + "'", "{*} and {**} as whole segments of the path");
            }
        }

        private static boolean wholeSegments(String path) {
            for (String segment : path.split("/", -1)) {
                if (segment.contains("{") && !segment.equals("{*}") && !segment.equals("{**}")) {
                    return false;
                }
            }
            return true;
        }
    }

    /** A condition has a key that is known and values that fit it. */
    static final class ConditionFits implements Rule<AuthorizationPolicy.Condition> {
        private static final Pattern INDEXED =
                Pattern.compile("(request\\.headers|experimental\\.envoy\\.filters\\.[^\\[\\]]+)\\[[^\\[\\]]+\\]");
        private static final Pattern CLAIMS = Pattern.compile("request\\.auth\\.claims(\\[[^\\[\\]]+\\])+");
        private static final Set<String> KEYS = Set.of(
                "source.ip",
                "remote.ip",
                "source.namespace",
                "source.serviceAccount",
                "source.trustDomain",
                "source.principal",
                "request.auth.principal",
                "request.auth.audiences",
                "request.auth.presenter",
                "destination.ip",
                "destination.port",
                "connection.sni");
        private static final Set<String> ADDRESSES = Set.of("source.ip", "remote.ip", "destination.ip");

        @Override
        public void check(AuthorizationPolicy.Condition value, Report report) {
            String key = value.key();
            boolean experimental = key.startsWith("experimental.envoy.filters.");
            if (!KEYS.contains(key) && !experimental && !INDEXED.matches(key) && !CLAIMS.matches(key)) {
                report.refuse("key", "'" + key + "'", ACCEPTED_KEYS);
            }
            if (value.values().isEmpty() && value.notValues().isEmpty()) {
                report.refuse("", "no values", "values or notValues");
            }
            for (List<String> values : List.of(value.values(), value.notValues())) {
                for (String one : values) {
                    checkValue(key, one, report);
                }
            }
        }

        private static void checkValue(String key, String value, Report report) {
            if (value.isEmpty()) {
                report.refuse("", "an empty value", "values that say something");
            } else if (ADDRESSES.contains(key) && !IpText.isAddressOrRange(value)) {
                report.refuse("", "'" + value + "' for " + key, "an IP address or a range such as 10.0.0.0/8");
            } else if (key.equals("destination.port") && !isPort(value)) {
                report.refuse("", "'" + value + "' for " + key, "a port, 1 to 65535");
            }
        }
    }
}
