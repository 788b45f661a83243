package dev.lateen.istiod.model;

import dev.lateen.api.networking.HttpRoute.Match;
import dev.lateen.api.networking.StringMatch;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How the match of a delegating route and one of its delegate's become one match. */
final class HttpMatches {
    private HttpMatches() {}

    static Match withGateways(Match m, List<String> gateways) {
        Match.Scope scope = m.scope();
        return new Match(
                m.name(),
                m.request(),
                new Match.Scope(scope.port(), gateways, scope.sourceLabels(), scope.sourceNamespace()),
                m.statPrefix());
    }

    /** The match for requests that both want; empty if the delegate's is not a narrowing of the root's. */
    static Optional<Match> narrow(Match root, Match leaf) {
        if (conflict(root, leaf)) {
            return Optional.empty();
        }
        return Optional.of(new Match(
                joined(root.name(), leaf.name()),
                narrow(root.request(), leaf.request()),
                narrow(root.scope(), leaf.scope()),
                leaf.statPrefix().isEmpty() ? root.statPrefix() : leaf.statPrefix()));
    }

    private static Match.Request narrow(Match.Request root, Match.Request leaf) {
        return new Match.Request(
                or(leaf.uri(), root.uri()),
                or(leaf.scheme(), root.scheme()),
                or(leaf.method(), root.method()),
                or(leaf.authority(), root.authority()),
                union(root.headers(), leaf.headers()),
                union(root.withoutHeaders(), leaf.withoutHeaders()),
                union(root.queryParams(), leaf.queryParams()),
                root.ignoreUriCase() || leaf.ignoreUriCase());
    }

    private static Match.Scope narrow(Match.Scope root, Match.Scope leaf) {
        return new Match.Scope(
                leaf.port() == null || leaf.port() == 0 ? root.port() : leaf.port(),
                leaf.gateways().isEmpty() ? root.gateways() : leaf.gateways(),
                union(root.sourceLabels(), leaf.sourceLabels()),
                leaf.sourceNamespace().isEmpty() ? root.sourceNamespace() : leaf.sourceNamespace());
    }

    static String joined(String root, String leaf) {
        if (root.isEmpty() || leaf.isEmpty()) {
            return root.isEmpty() ? leaf : root;
        }
        return root + "-" + leaf;
    }

    private static boolean conflict(Match root, Match leaf) {
        return conflict(root.request(), leaf.request()) || conflict(root.scope(), leaf.scope());
    }

    private static boolean conflict(Match.Request root, Match.Request leaf) {
        return differ(root.uri(), leaf.uri())
                || differ(root.scheme(), leaf.scheme())
                || differ(root.method(), leaf.method())
                || differ(root.authority(), leaf.authority())
                || anyDiffer(root.headers(), leaf.headers())
                || anyDiffer(root.queryParams(), leaf.queryParams())
                || anyDiffer(root.withoutHeaders(), leaf.withoutHeaders())
                || root.ignoreUriCase() != leaf.ignoreUriCase() && root.uri() != null && leaf.uri() != null;
    }

    private static boolean conflict(Match.Scope root, Match.Scope leaf) {
        return bothAndUnequal(root.port(), leaf.port())
                || !root.gateways().isEmpty() && !root.gateways().containsAll(leaf.gateways())
                || !root.sourceNamespace().isEmpty()
                        && !leaf.sourceNamespace().isEmpty()
                        && !root.sourceNamespace().equals(leaf.sourceNamespace())
                || root.sourceLabels().entrySet().stream()
                        .anyMatch(
                                e -> !e.getValue().equals(leaf.sourceLabels().getOrDefault(e.getKey(), e.getValue())));
    }

    private static boolean bothAndUnequal(@Nullable Integer one, @Nullable Integer other) {
        return one != null && other != null && one != 0 && other != 0 && !one.equals(other);
    }

    private static boolean anyDiffer(Map<String, StringMatch> root, Map<String, StringMatch> leaf) {
        return root.entrySet().stream().anyMatch(e -> differ(e.getValue(), leaf.get(e.getKey())));
    }

    // Whether the leaf asks for something that the root does not cover; with regular expressions it can't be told.
    private static boolean differ(@Nullable StringMatch root, @Nullable StringMatch leaf) {
        if (root == null || leaf == null) {
            return false;
        }
        return switch (root) {
            case StringMatch.Exact exact ->
                !(leaf instanceof StringMatch.Exact same && same.exact().equals(exact.exact()));
            case StringMatch.Prefix prefix ->
                switch (leaf) {
                    case StringMatch.Exact exact -> !exact.exact().startsWith(prefix.prefix());
                    case StringMatch.Prefix longer -> !longer.prefix().startsWith(prefix.prefix());
                    case StringMatch.Regex regex -> true;
                    case StringMatch.Present present -> true;
                };
            case StringMatch.Regex regex -> true;
            case StringMatch.Present present -> false;
        };
    }

    private static <T> @Nullable T or(@Nullable T first, @Nullable T second) {
        return first == null ? second : first;
    }

    private static <T> Map<String, T> union(Map<String, T> root, Map<String, T> leaf) {
        if (root.isEmpty() || leaf.isEmpty()) {
            return root.isEmpty() ? leaf : root;
        }
        Map<String, T> all = new HashMap<>(root);
        all.putAll(leaf);
        return Map.copyOf(all);
    }
}
