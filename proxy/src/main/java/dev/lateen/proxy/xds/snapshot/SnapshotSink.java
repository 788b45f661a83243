package dev.lateen.proxy.xds.snapshot;

import dev.lateen.proxy.model.ProxySnapshot;
import io.vertx.core.Future;
import java.util.Map;

/** Where snapshots come into force. */
@FunctionalInterface
public interface SnapshotSink {
    /**
     * Puts a snapshot in force, after those before it. Must not block.
     *
     * @return done when every request that begins from then on meets it: the listeners that can't be bound, by name, and why; fails if the
     *     snapshot can't be put in force
     */
    Future<Map<String, String>> apply(ProxySnapshot snapshot);
}
