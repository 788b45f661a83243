package dev.lateen.proxy.expression;

import org.jspecify.annotations.Nullable;

/** What an expression can ask for, by Envoy's names of attributes such as {@code request.method}. */
public interface Attributes {
    /**
     * A value: {@link String}, {@link Long}, {@link Boolean}, {@link java.time.Duration}, {@link java.time.Instant}, or a {@link Fields} that is asked on.
     *
     * @param root the part before the dot, such as {@code request}
     * @return null if there is no such attribute, or it has no value now
     */
    @Nullable
    Object get(String root, String field);

    /** Named values below an attribute, such as {@code request.headers}. */
    interface Fields {
        /** A value, or null if there is none. */
        @Nullable
        Object get(String name);
    }
}
