package dev.lateen.api.schema;

/**
 * A rule about a value that its type and bounds cannot say. Implementations are pure, stateless and have a constructor without
 * parameters.
 *
 * @param <T> the type of the value ruled
 */
public interface Rule<T> {
    /** Looks at {@code value} and tells {@code report} what is wrong with it, if anything. */
    void check(T value, Report report);
}
