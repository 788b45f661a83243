package dev.lateen.istiod.config;

import dev.lateen.api.mesh.MeshConfig;
import dev.lateen.istiod.input.Offers;

/**
 * Where objects come from: files, an API server, or this process itself. It only tells what it has; what becomes of that is decided where sources are
 * joined. Safe from any thread.
 */
public interface ConfigSource extends AutoCloseable {

    /** The id of the cluster whose objects these are. */
    String cluster();

    /** All that it has now. Never blocks. */
    Offers current();

    /**
     * Calls back whenever {@link #current()} says something else, from whatever thread; the call must not block. There is one listener: whoever joins
     * sources. It reads {@code current()} after it began to listen, so nothing is missed.
     */
    void onChange(ChangeListener listener);

    /** Tells it the mesh config in force, which may say what of it is looked at; whatever source that is from. Never blocks. */
    default void follow(MeshConfig mesh) {}

    /** Stops watching; what it said last stays. */
    @Override
    void close();
}
