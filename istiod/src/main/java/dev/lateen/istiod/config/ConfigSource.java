package dev.lateen.istiod.config;

import dev.lateen.api.yaml.Problem;
import dev.lateen.istiod.input.ConfigInput;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where config comes from: files, or an API server. Safe from any thread. */
public interface ConfigSource extends AutoCloseable {

    /** The config in force: the last that was good. */
    ConfigInput current();

    /** What is wrong or doubtful with the config as it is written now, in force or not; empty if nothing is. */
    List<Problem> problems();

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
