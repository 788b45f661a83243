package dev.lateen.istiod.config;

import dev.lateen.api.mesh.MeshConfig;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Where config comes from: files, or an API server. Safe from any thread. */
public interface ConfigSource extends AutoCloseable {

    /** The config in force: the last that was good. */
    ConfigInput current();

    /** The mesh config in force; a change of it counts as newer config, so whoever reads it after {@link #current} misses nothing. */
    MeshConfig mesh();

    /**
     * Waits for config newer than {@code version}; meant for a virtual thread.
     *
     * @return the newest config, or null if the time is over or the source was closed
     */
    @Nullable
    ConfigInput awaitNewer(long version, Duration atMost) throws InterruptedException;

    /** Whether nothing newer will come. */
    boolean isClosed();

    /** Stops watching. */
    @Override
    void close();
}
