package dev.lateen.proxy.chain;

import dev.lateen.proxy.model.Cidr;
import dev.lateen.proxy.model.FilterChainMatch;
import dev.lateen.proxy.model.FilterChainMatch.SourceType;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Which filter chain fits a connection: Envoy's rules ({@code envoy.config.listener.v3.FilterChainMatch}). The criteria are looked at in a fixed order, each narrows
 * down what is left to its most specific fit, and there is no way back: a chain that fits an earlier criterion better shuts out all others, even when
 * it then fails a later one. Compiled once for each configuration, a pure function from then on.
 *
 * @param <T> what a match stands for
 */
final class FilterChainMatcher<T> {
    /** One step: facts in, what is left or null out. */
    private interface Step<T> {
        @Nullable
        T find(MatchFacts facts);
    }

    /** A match and what it stands for. */
    record Candidate<T>(FilterChainMatch match, T value) {}

    private final Step<T> first;
    private final @Nullable T otherwise;

    private FilterChainMatcher(Step<T> first, @Nullable T otherwise) {
        this.first = first;
        this.otherwise = otherwise;
    }

    /** @param otherwise what fits when nothing else does. Of two candidates with the same criteria the first is taken (Envoy refuses such a listener) */
    static <T> FilterChainMatcher<T> compile(List<Candidate<T>> candidates, @Nullable T otherwise) {
        return new FilterChainMatcher<>(destinationPort(candidates), otherwise);
    }

    /** The fit, or null when there is none and no default. */
    @Nullable
    T match(MatchFacts facts) {
        T found = first.find(facts);
        return found != null ? found : otherwise;
    }

    private static <T> Step<T> destinationPort(List<Candidate<T>> candidates) {
        Map<Integer, Step<T>> byPort =
                grouped(candidates, m -> List.of(m.destinationPort()), 0, FilterChainMatcher::destinationIp);
        Step<T> any = byPort.get(0);
        return facts -> {
            Step<T> next = byPort.getOrDefault(facts.destination().getPort(), any);
            return next == null ? null : next.find(facts);
        };
    }

    private static <T> Step<T> destinationIp(List<Candidate<T>> candidates) {
        return byRange(
                candidates,
                FilterChainMatch::prefixRanges,
                facts -> facts.destination().getAddress(),
                FilterChainMatcher::serverName);
    }

    private static <T> Step<T> serverName(List<Candidate<T>> candidates) {
        Map<String, Step<T>> byName =
                grouped(candidates, FilterChainMatch::serverNames, "", FilterChainMatcher::transportProtocol);
        Step<T> any = byName.get("");
        if (byName.size() == (any == null ? 0 : 1)) {
            return any == null ? facts -> null : any;
        }
        return facts -> {
            Step<T> next = facts.serverName().isEmpty() ? null : named(byName, facts.serverName());
            next = next == null ? any : next;
            return next == null ? null : next.find(facts);
        };
    }

    /** The whole name, then {@code *.suffix} from the longest to the shortest. */
    private static <T> @Nullable Step<T> named(Map<String, Step<T>> byName, String serverName) {
        Step<T> next = byName.get(serverName);
        for (int dot = serverName.indexOf('.', 1); next == null && dot > 0; dot = serverName.indexOf('.', dot + 1)) {
            next = byName.get("*" + serverName.substring(dot));
        }
        return next;
    }

    private static <T> Step<T> transportProtocol(List<Candidate<T>> candidates) {
        Map<String, Step<T>> byProtocol =
                grouped(candidates, m -> List.of(m.transportProtocol()), "", FilterChainMatcher::applicationProtocol);
        Step<T> any = byProtocol.get("");
        return facts -> {
            Step<T> next = byProtocol.getOrDefault(facts.transportProtocol(), any);
            return next == null ? null : next.find(facts);
        };
    }

    private static <T> Step<T> applicationProtocol(List<Candidate<T>> candidates) {
        Map<String, Step<T>> byProtocol =
                grouped(candidates, FilterChainMatch::applicationProtocols, "", FilterChainMatcher::directSourceIp);
        Step<T> any = byProtocol.get("");
        return facts -> {
            Step<T> next = null;
            List<String> offered = facts.applicationProtocols();
            for (int i = 0; next == null && i < offered.size(); i++) {
                next = byProtocol.get(offered.get(i));
            }
            next = next == null ? any : next;
            return next == null ? null : next.find(facts);
        };
    }

    private static <T> Step<T> directSourceIp(List<Candidate<T>> candidates) {
        return byRange(
                candidates,
                FilterChainMatch::directSourcePrefixRanges,
                facts -> facts.directSource().getAddress(),
                FilterChainMatcher::sourceType);
    }

    private static <T> Step<T> sourceType(List<Candidate<T>> candidates) {
        Map<SourceType, Step<T>> byType =
                grouped(candidates, m -> List.of(m.sourceType()), SourceType.ANY, FilterChainMatcher::sourceIp);
        Step<T> any = byType.get(SourceType.ANY);
        if (byType.size() == (any == null ? 0 : 1)) {
            return any == null ? facts -> null : any;
        }
        return facts -> {
            SourceType type = facts.isLocal() ? SourceType.SAME_IP_OR_LOOPBACK : SourceType.EXTERNAL;
            Step<T> next = byType.getOrDefault(type, any);
            return next == null ? null : next.find(facts);
        };
    }

    private static <T> Step<T> sourceIp(List<Candidate<T>> candidates) {
        return byRange(
                candidates,
                FilterChainMatch::sourcePrefixRanges,
                facts -> facts.source().getAddress(),
                FilterChainMatcher::sourcePort);
    }

    private static <T> Step<T> sourcePort(List<Candidate<T>> candidates) {
        Map<Integer, T> byPort = new HashMap<>();
        for (Candidate<T> candidate : candidates) {
            for (int port : orAny(candidate.match().sourcePorts(), 0)) {
                byPort.putIfAbsent(port, candidate.value());
            }
        }
        T any = byPort.get(0);
        return facts -> {
            T value = byPort.get(facts.source().getPort());
            return value == null ? any : value;
        };
    }

    private static <K> List<K> orAny(List<K> keys, K any) {
        return keys.isEmpty() ? List.of(any) : keys;
    }

    /** Candidates under each key they name (under {@code any} when they name none), each group compiled into its next step. */
    private static <K, T> Map<K, Step<T>> grouped(
            List<Candidate<T>> candidates,
            Function<FilterChainMatch, List<K>> keys,
            K any,
            Function<List<Candidate<T>>, Step<T>> next) {
        Map<K, List<Candidate<T>>> groups = new HashMap<>();
        for (Candidate<T> candidate : candidates) {
            for (K key : orAny(keys.apply(candidate.match()), any)) {
                groups.computeIfAbsent(key, k -> new ArrayList<>()).add(candidate);
            }
        }
        Map<K, Step<T>> steps = HashMap.newHashMap(groups.size());
        groups.forEach((key, group) -> steps.put(key, next.apply(group)));
        return steps;
    }

    private record Ranged<T>(Cidr range, Step<T> next) {}

    /** The longest prefix wins; what names no range fits every address, at last. */
    private static <T> Step<T> byRange(
            List<Candidate<T>> candidates,
            Function<FilterChainMatch, List<Cidr>> ranges,
            Function<MatchFacts, InetAddress> address,
            Function<List<Candidate<T>>, Step<T>> next) {
        List<Candidate<T>> anywhere = new ArrayList<>();
        Map<Cidr, List<Candidate<T>>> groups = new HashMap<>();
        for (Candidate<T> candidate : candidates) {
            List<Cidr> named = ranges.apply(candidate.match());
            if (named.isEmpty()) {
                anywhere.add(candidate);
            }
            for (Cidr range : named) {
                groups.computeIfAbsent(range, r -> new ArrayList<>()).add(candidate);
            }
        }
        Step<T> any = anywhere.isEmpty() ? facts -> null : next.apply(anywhere);
        if (groups.isEmpty()) {
            return any;
        }
        List<Ranged<T>> longestFirst = new ArrayList<>();
        groups.forEach((range, group) -> longestFirst.add(new Ranged<>(range, next.apply(group))));
        longestFirst.sort(Comparator.comparingInt((Ranged<T> r) -> r.range().prefixLength())
                .reversed());
        return facts -> {
            InetAddress wanted = address.apply(facts);
            for (Ranged<T> ranged : longestFirst) {
                if (ranged.range().contains(wanted)) {
                    return ranged.next().find(facts);
                }
            }
            return any.find(facts);
        };
    }
}
