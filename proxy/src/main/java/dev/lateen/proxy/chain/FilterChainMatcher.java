package dev.lateen.proxy.chain;

import dev.lateen.proxy.model.FilterChainMatch;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which filter chain fits a connection: Envoy's rules ({@code envoy.config.listener.v3.FilterChainMatch}). The criteria are looked at in a fixed order, each narrows
 * down what is left to its most specific fit, and there is no way back: a chain that fits an earlier criterion better shuts out all others, even when
 * it then fails a later one. Compiled once for each configuration, a pure function from then on.
 *
 * @param <T> what a match stands for
 */
final class FilterChainMatcher<T> {
    private static final List<Criterion<?>> ORDER = Criteria.IN_ORDER;

    /** What is left after some criteria. */
    private sealed interface Left<T> {}

    /** All criteria are looked at. */
    private record Found<T>(Candidate<T> candidate) implements Left<T> {}

    /** One criterion decides what goes on. */
    private record Step<T>(Criterion<?> criterion, List<Candidate<T>> candidates, Narrowing<T> narrowing)
            implements Left<T> {}

    /** What fits one criterion best, or null. */
    private interface Narrowing<T> {
        @Nullable
        Left<T> next(MatchFacts facts);
    }

    /** A match and what it stands for. */
    record Candidate<T>(FilterChainMatch match, T value) {}

    /** Is told whom a criterion shut out. */
    interface Shut<T> {
        /** @param actual what the connection has @param nobodyFits whether no candidate is left by it */
        void out(Candidate<T> candidate, Criterion<?> by, String actual, boolean nobodyFits);
    }

    private final @Nullable Left<T> first;
    private final @Nullable T otherwise;

    private FilterChainMatcher(@Nullable Left<T> first, @Nullable T otherwise) {
        this.first = first;
        this.otherwise = otherwise;
    }

    /** @param otherwise what fits when nothing else does. Of two candidates with the same criteria the first is taken (Envoy refuses such a listener) */
    static <T> FilterChainMatcher<T> compile(List<Candidate<T>> candidates, @Nullable T otherwise) {
        return new FilterChainMatcher<>(left(candidates, 0), otherwise);
    }

    /** The fit, or null when there is none and no default. */
    @Nullable
    T match(MatchFacts facts) {
        return match(facts, null);
    }

    /** @param shut null when nobody asks */
    @Nullable
    T match(MatchFacts facts, @Nullable Shut<T> shut) {
        Left<T> left = first;
        while (left instanceof Step<T> step) {
            left = step.narrowing().next(facts);
            if (shut != null) {
                tell(step, left, facts, shut);
            }
        }
        return left instanceof Found<T>(Candidate<T> candidate) ? candidate.value() : otherwise;
    }

    private static <T> void tell(Step<T> step, @Nullable Left<T> left, MatchFacts facts, Shut<T> shut) {
        Set<Candidate<T>> kept = Collections.newSetFromMap(new IdentityHashMap<>());
        switch (left) {
            case null -> {}
            case Found<T>(Candidate<T> candidate) -> kept.add(candidate);
            case Step<T> next -> kept.addAll(next.candidates());
        }
        for (Candidate<T> candidate : step.candidates()) {
            if (!kept.contains(candidate)) {
                shut.out(candidate, step.criterion(), step.criterion().actual(facts), left == null);
            }
        }
    }

    /** What is left of these candidates from the criterion of that place on; criteria that none of them has are passed over. */
    private static <T> @Nullable Left<T> left(List<Candidate<T>> candidates, int place) {
        for (int i = place; i < ORDER.size() && !candidates.isEmpty(); i++) {
            Criterion<?> criterion = ORDER.get(i);
            if (candidates.stream()
                    .anyMatch(each -> !criterion.wanted(each.match()).isEmpty())) {
                return step(criterion, candidates, i + 1);
            }
        }
        return candidates.isEmpty() ? null : new Found<>(candidates.getFirst());
    }

    /** Candidates under each key that they name, each group with what is left of it; those that name none fit at last. */
    private static <K, T> Step<T> step(Criterion<K> criterion, List<Candidate<T>> candidates, int next) {
        List<Candidate<T>> anyhow = new ArrayList<>();
        Map<K, List<Candidate<T>>> groups = new HashMap<>();
        for (Candidate<T> candidate : candidates) {
            List<K> wanted = criterion.wanted(candidate.match());
            if (wanted.isEmpty()) {
                anyhow.add(candidate);
            }
            for (K key : wanted) {
                (isNone(key) ? anyhow : groups.computeIfAbsent(key, k -> new ArrayList<>())).add(candidate);
            }
        }
        Map<K, Left<T>> byKey = HashMap.newHashMap(groups.size());
        groups.forEach((key, group) -> byKey.put(key, Objects.requireNonNull(left(group, next))));
        Left<T> any = left(anyhow, next);
        Criterion.Find<K> find = criterion.over(byKey.keySet());
        return new Step<>(criterion, candidates, facts -> {
            K key = find.best(facts);
            return key == null ? any : byKey.get(key);
        });
    }

    /** Who asks for the empty name or for port zero asks for nothing. */
    private static boolean isNone(Object key) {
        return key.equals("") || key.equals(0);
    }
}
