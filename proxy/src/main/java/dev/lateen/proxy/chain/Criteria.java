package dev.lateen.proxy.chain;

import dev.lateen.proxy.model.Cidr;
import dev.lateen.proxy.model.FilterChainMatch;
import dev.lateen.proxy.model.FilterChainMatch.SourceType;
import java.net.InetAddress;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** Envoy's criteria for filter chains, in the order in which they are looked at. */
final class Criteria {
    /** {@code transport_protocol}. */
    static final String TRANSPORT_PROTOCOL = "transport_protocol";

    /** {@code application_protocols}. */
    static final String APPLICATION_PROTOCOLS = "application_protocols";

    static final List<Criterion<?>> IN_ORDER = List.of(
            named(
                    "destination_port",
                    m -> m.destinationPort() == 0 ? List.of() : List.of(m.destinationPort()),
                    keys -> exactly(keys, facts -> facts.destination().getPort()),
                    facts -> String.valueOf(facts.destination().getPort())),
            range(
                    "prefix_ranges",
                    FilterChainMatch::prefixRanges,
                    facts -> facts.destination().getAddress()),
            named(
                    "server_names",
                    FilterChainMatch::serverNames,
                    Criteria::serverName,
                    facts -> '"' + facts.serverName() + '"'),
            named(
                    TRANSPORT_PROTOCOL,
                    m -> m.transportProtocol().isEmpty() ? List.of() : List.of(m.transportProtocol()),
                    keys -> exactly(keys, MatchFacts::transportProtocol),
                    MatchFacts::transportProtocol),
            named(
                    APPLICATION_PROTOCOLS,
                    FilterChainMatch::applicationProtocols,
                    Criteria::applicationProtocol,
                    facts -> facts.applicationProtocols().toString()),
            range(
                    "direct_source_prefix_ranges",
                    FilterChainMatch::directSourcePrefixRanges,
                    facts -> facts.directSource().getAddress()),
            named(
                    "source_type",
                    m -> m.sourceType() == SourceType.ANY ? List.of() : List.of(m.sourceType()),
                    keys -> exactly(keys, Criteria::sourceType),
                    facts -> sourceType(facts).toString()),
            range(
                    "source_prefix_ranges",
                    FilterChainMatch::sourcePrefixRanges,
                    facts -> facts.source().getAddress()),
            named(
                    "source_ports",
                    FilterChainMatch::sourcePorts,
                    keys -> exactly(keys, facts -> facts.source().getPort()),
                    facts -> String.valueOf(facts.source().getPort())));

    private record Named<K>(
            String field,
            Function<FilterChainMatch, List<K>> asked,
            Function<Set<K>, Criterion.Find<K>> finder,
            Function<MatchFacts, String> shown)
            implements Criterion<K> {
        @Override
        public List<K> wanted(FilterChainMatch match) {
            return asked.apply(match);
        }

        @Override
        public Find<K> over(Set<K> keys) {
            return finder.apply(keys);
        }

        @Override
        public String actual(MatchFacts facts) {
            return shown.apply(facts);
        }
    }

    private Criteria() {}

    private static <K> Criterion<K> named(
            String field,
            Function<FilterChainMatch, List<K>> asked,
            Function<Set<K>, Criterion.Find<K>> finder,
            Function<MatchFacts, String> shown) {
        return new Named<>(field, asked, finder, shown);
    }

    private static Criterion<Cidr> range(
            String field, Function<FilterChainMatch, List<Cidr>> asked, Function<MatchFacts, InetAddress> address) {
        return named(
                field,
                asked,
                keys -> within(keys, address),
                facts -> address.apply(facts).getHostAddress());
    }

    private static SourceType sourceType(MatchFacts facts) {
        return facts.isLocal() ? SourceType.SAME_IP_OR_LOOPBACK : SourceType.EXTERNAL;
    }

    private static <K> Criterion.Find<K> exactly(Set<K> keys, Function<MatchFacts, K> has) {
        Map<K, K> known = identity(keys);
        return facts -> known.get(has.apply(facts));
    }

    private static <K> Map<K, K> identity(Set<K> keys) {
        Map<K, K> known = HashMap.newHashMap(keys.size());
        keys.forEach(key -> known.put(key, key));
        return known;
    }

    /** The whole name, then {@code *.suffix} from the longest to the shortest. */
    private static Criterion.Find<String> serverName(Set<String> keys) {
        Map<String, String> known = identity(keys);
        return facts -> {
            String name = facts.serverName();
            if (name.isEmpty()) {
                return null;
            }
            String found = known.get(name);
            for (int dot = name.indexOf('.', 1); found == null && dot > 0; dot = name.indexOf('.', dot + 1)) {
                found = known.get("*" + name.substring(dot));
            }
            return found;
        };
    }

    /** The first that the client offers. */
    private static Criterion.Find<String> applicationProtocol(Set<String> keys) {
        Map<String, String> known = identity(keys);
        return facts -> {
            String found = null;
            List<String> offered = facts.applicationProtocols();
            for (int i = 0; found == null && i < offered.size(); i++) {
                found = known.get(offered.get(i));
            }
            return found;
        };
    }

    /** The longest prefix wins. */
    private static Criterion.Find<Cidr> within(Set<Cidr> keys, Function<MatchFacts, InetAddress> address) {
        List<Cidr> longestFirst = keys.stream()
                .sorted(Comparator.comparingInt(Cidr::prefixLength).reversed())
                .toList();
        return facts -> {
            InetAddress wanted = address.apply(facts);
            for (Cidr range : longestFirst) {
                if (range.contains(wanted)) {
                    return range;
                }
            }
            return null;
        };
    }
}
