package dev.lateen.istiod.kubernetes.status;

import dev.lateen.api.networking.ServiceEntry;
import dev.lateen.api.resource.Origin;
import dev.lateen.api.resource.ResourceKey;
import dev.lateen.api.schema.ApiKind;
import dev.lateen.api.yaml.IstioKinds;
import dev.lateen.istiod.input.ObjectFate;
import dev.lateen.istiod.input.ObjectKey;
import dev.lateen.istiod.kubernetes.leader.Leadership;
import dev.lateen.istiod.kubernetes.object.Word;
import dev.lateen.istiod.kubernetes.watch.KubernetesSource;
import dev.lateen.istiod.persistent.PersistentMap;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes into the {@code status} of Istio's objects what became of them, at a bounded rate and only where it isn't there already. An object's word changes when its fate
 * does: once after a moment if not all proxies have it by then, and once when they all have.
 */
public final class StatusWriter implements Leadership.Work {
    private static final Logger LOG = LoggerFactory.getLogger(StatusWriter.class);
    private static final ApiKind ENTRY = IstioKinds.of(ServiceEntry.class);
    private static final long LOOK_MILLIS = 500;
    /** Of calls to the API server between two looks: 20 a second. */
    private static final int MOST_CALLS = 10;
    /** So many looks long a word that proxies are waited for is held back: most answer within that time. */
    private static final int HELD_BACK = 4;

    private final KubernetesSource source;
    private final MeshFacts facts;
    private final StatusCalls calls;
    private final InstantSource clock;
    private PersistentMap<ObjectKey, ObjectFate> seen = PersistentMap.empty();
    private final SequencedMap<ObjectKey, Waiting> waiting = new LinkedHashMap<>();

    /** How often an object was looked at since its fate changed, and whether it was said that it waits. */
    private record Waiting(int looks, boolean said) {}

    /** @param facts what became of objects, and how proxies stand */
    public StatusWriter(KubernetesSource source, MeshFacts facts, StatusCalls calls, InstantSource clock) {
        this.source = source;
        this.facts = facts;
        this.calls = calls;
        this.clock = clock;
    }

    /** A new leader looks at all objects; what is said of them rightly is not said again. */
    @Override
    public void run() throws InterruptedException {
        seen = PersistentMap.empty();
        waiting.clear();
        while (!Thread.interrupted()) {
            try {
                look();
            } catch (RuntimeException e) {
                LOG.error("status can't be written", e);
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        }
    }

    private void look() {
        PersistentMap<ObjectKey, ObjectFate> fates = facts.fates();
        Map<ObjectKey, ObjectFate> changed = new HashMap<>();
        fates.differencesSince(seen, (key, _, now) -> {
            waiting.remove(key);
            if (now != null && isOurs(now)) {
                changed.put(key, now);
            }
        });
        seen = fates;
        // Before those that wait already: after a start that is all objects, and whoever changes one looks at it now.
        changed.keySet().forEach(key -> waiting.putFirst(key, new Waiting(0, false)));
        if (changed.keySet().stream().anyMatch(StatusWriter::isEntry)) {
            // Addresses of others may move with the names that there are.
            fates.forEach((key, fate) -> {
                if (isEntry(key) && isOurs(fate)) {
                    waiting.putIfAbsent(key, new Waiting(0, false));
                }
            });
        }
        if (!waiting.isEmpty()) {
            write(fates);
        }
    }

    private boolean isOurs(ObjectFate fate) {
        return fate.origin() instanceof Origin.InCluster in
                && in.cluster().equals(source.cluster())
                && fate.key().resource().group().endsWith(IstioKinds.GROUP_SUFFIX);
    }

    private static boolean isEntry(ObjectKey key) {
        return key.resource().group().equals(ENTRY.group())
                && key.resource().kind().equals(ENTRY.kind());
    }

    private void write(PersistentMap<ObjectKey, ObjectFate> fates) {
        Proxies proxies = Proxies.of(facts.proxies());
        int left = MOST_CALLS;
        Map<ObjectKey, Waiting> again = new HashMap<>();
        for (Iterator<Map.Entry<ObjectKey, Waiting>> all = waiting.entrySet().iterator(); all.hasNext() && left > 0; ) {
            Map.Entry<ObjectKey, Waiting> next = all.next();
            ObjectFate fate = fates.get(next.getKey());
            if (fate == null || !facts.isPublished(fate.inForceSince())) {
                continue;
            }
            Word word = word(fate, proxies);
            boolean settled = word.isSettled();
            boolean due = settled
                    || next.getValue().looks() == HELD_BACK && !next.getValue().said();
            boolean said = !due || isSaid(fate.key().resource(), word);
            if (!said) {
                left--;
                said = say(fate, word);
            }
            if (settled && said) {
                all.remove();
            } else {
                again.put(
                        next.getKey(),
                        new Waiting(
                                Math.min(HELD_BACK, next.getValue().looks() + 1),
                                next.getValue().said() || due && said));
            }
        }
        waiting.putAll(again);
    }

    private Word word(ObjectFate fate, Proxies proxies) {
        long generation = fate.origin() instanceof Origin.InCluster in ? in.generation() : 0;
        Map<String, String> addresses =
                isEntry(fate.key()) ? facts.addresses(fate.key().resource()) : Map.of();
        return Word.of(fate, generation, proxies.upToDate(fate.inForceSince()), proxies.all(), addresses);
    }

    private boolean isSaid(ResourceKey key, Word word) {
        Word.Standing standing = source.standing(key);
        return standing != null && standing.word().saysTheSame(word);
    }

    private boolean say(ObjectFate fate, Word word) {
        ResourceKey key = fate.key().resource();
        Word.@Nullable Standing before = source.standing(key);
        String now = clock.instant().truncatedTo(ChronoUnit.SECONDS).toString();
        Map<String, String> since = Word.Standing.since(before, word, now);
        String version = source.servedVersion(key);
        if (version == null || !(fate.origin() instanceof Origin.InCluster in)) {
            return true;
        }
        boolean said = calls.write(new StatusCalls.Target(key, version, in.uid()), word, since, now);
        if (said) {
            source.stands(key, new Word.Standing(word, since));
        }
        return said;
    }
}
