package dev.lateen.istiod;

import dev.lateen.api.resource.ResourceKey;
import dev.lateen.api.yaml.Problem;
import dev.lateen.istiod.config.ConfigEvents;
import dev.lateen.istiod.config.JoinedConfig;
import dev.lateen.istiod.discovery.DiscoveryServer;
import dev.lateen.istiod.discovery.MeshView;
import dev.lateen.istiod.input.ConfigInput;
import dev.lateen.istiod.jwks.JwksSource;
import dev.lateen.istiod.model.MeshSnapshot;
import dev.lateen.istiod.model.ProxyNode;
import dev.lateen.istiod.model.TokenKeys;
import dev.lateen.istiod.translate.Translation;
import dev.lateen.istiod.translate.Translator;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one thread that builds snapshots: waits for newer config, builds on the snapshot before, puts the new one in force. */
final class SnapshotWriter {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotWriter.class);
    private static final Duration AT_THE_START = Duration.ofSeconds(5);
    private static final Duration LATER = Duration.ofSeconds(1);

    /** A snapshot as discovery sees it. */
    private record TranslatedMesh(MeshSnapshot snapshot, Translator translator) implements MeshView {
        @Override
        public long version() {
            return snapshot.version();
        }

        @Override
        public Translation translate(ProxyNode node) {
            return translator.translate(snapshot, node);
        }

        @Override
        public boolean knows(ProxyNode node) {
            return !snapshot.registry().workloadsAt(node.address()).isEmpty();
        }
    }

    private final JoinedConfig config;
    private final DiscoveryServer discovery;
    private final ConfigEvents events;
    private final JwksSource keys;
    private final Translator translator = new Translator();
    private volatile @Nullable MeshSnapshot snapshot;
    private volatile boolean stopped;

    /** @param keys one of the sources of {@code config} */
    SnapshotWriter(JoinedConfig config, DiscoveryServer discovery, ConfigEvents events, JwksSource keys) {
        this.config = config;
        this.discovery = discovery;
        this.events = events;
        this.keys = keys;
    }

    /** The snapshot in force; null before the first. */
    @Nullable
    MeshSnapshot snapshot() {
        return snapshot;
    }

    /** Puts the first snapshot in force, and follows the config from then on. */
    void start() {
        try {
            build(config.current());
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted before the first snapshot", e);
        }
        Thread.ofVirtual().name("snapshots").start(this::follow);
    }

    void stop() {
        stopped = true;
    }

    private void follow() {
        try {
            while (!stopped && !config.isClosed()) {
                followOnce();
            }
        } catch (InterruptedException e) {
            LOG.debug("no more snapshots are built");
        }
    }

    /** What can't be put together is left out until the next change: a fault of ours must not stop the mesh. */
    private void followOnce() throws InterruptedException {
        try {
            ConfigInput newer = config.awaitNext();
            if (newer != null) {
                buildOrKeep(newer);
            }
        } catch (RuntimeException e) {
            LOG.error("a change can't be taken in; what was in force stays", e);
        }
    }

    /** What can't be built leaves the snapshot before in force: a fault of ours must not stop the mesh. */
    private void buildOrKeep(ConfigInput input) throws InterruptedException {
        try {
            build(input);
        } catch (RuntimeException e) {
            LOG.error("config {} can't be put in force; the one before stays", input.version(), e);
        }
    }

    private void build(ConfigInput input) throws InterruptedException {
        MeshSnapshot before = snapshot;
        MeshSnapshot next = withKeys(MeshSnapshot.build(input, before), before);
        snapshot = next;
        tell(before == null ? List.of() : before.problems(), next.problems());
        discovery.publish(new TranslatedMesh(next, translator));
    }

    /**
     * Rules whose keys were never fetched would refuse every token, so proxies are sent them a moment later, with the keys if these come. At the start, when all proxies are told anew what they knew, that moment is
     * longer.
     */
    private MeshSnapshot withKeys(MeshSnapshot next, @Nullable MeshSnapshot before) throws InterruptedException {
        Map<ResourceKey, TokenKeys.Wanted> wanted = next.tokenKeys().wanted();
        if (wanted.equals(before == null ? Map.of() : before.tokenKeys().wanted())) {
            return next;
        }
        keys.want(wanted);
        if (!keys.awaitFirst(before == null ? AT_THE_START : LATER)) {
            return next;
        }
        ConfigInput newer = config.awaitNext();
        MeshSnapshot later = newer == null ? next : MeshSnapshot.build(newer, next);
        keys.want(later.tokenKeys().wanted());
        return later;
    }

    private void tell(List<Problem> before, List<Problem> now) {
        Set<Problem> told = new HashSet<>(before);
        List<Problem> unheard = now.stream().filter(p -> !told.contains(p)).toList();
        if (!unheard.isEmpty()) {
            events.problems(unheard);
        }
    }
}
