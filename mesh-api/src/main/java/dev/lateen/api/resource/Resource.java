package dev.lateen.api.resource;

import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;

/**
 * One validated resource of Istio's kinds.
 *
 * @param <S> what its spec is
 * @param meta name, labels, origin
 * @param spec what the user asks for
 */
public record Resource<S extends Spec>(ResourceMeta meta, S spec) {
    /**
     * Istio's order where several resources compete: the oldest first, and among equally old ones (all that come from files) by
     * {@code name.namespace}.
     */
    public static final Comparator<Resource<?>> OLDEST_FIRST = Comparator.<Resource<?>, Instant>comparing(
                    r -> r.meta().created())
            .thenComparing(r -> r.name() + "." + r.namespace());

    /** The name. */
    public String name() {
        return meta.name();
    }

    /** The namespace; never empty. */
    public String namespace() {
        return meta.namespace();
    }

    /** What tells it from all others. */
    public ResourceKey key() {
        return meta.key();
    }

    /** The same resource, typed, if its spec is of the wanted kind. */
    public <T extends Spec> Optional<Resource<T>> as(Class<T> kind) {
        return kind.isInstance(spec) ? Optional.of(new Resource<>(meta, kind.cast(spec))) : Optional.empty();
    }
}
