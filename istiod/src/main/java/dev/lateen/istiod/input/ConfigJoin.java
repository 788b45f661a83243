package dev.lateen.istiod.input;

import dev.lateen.api.mesh.MeshConfig;
import dev.lateen.api.resource.ResourceKey;
import dev.lateen.api.yaml.Problem;
import dev.lateen.istiod.input.ConfigChange.Kind;
import dev.lateen.istiod.input.ConfigChange.ResourceChange;
import dev.lateen.istiod.persistent.PersistentMap;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Joins what several sources say into one input, and decides the fate of each object by itself: one that is refused holds no other back, and what was last
 * good of it stays in force. Of two sources that have one object the later counts. Costs what changed since the last time. Not thread-safe; touches no
 * world.
 */
public final class ConfigJoin {
    private final List<String> clusters;
    private final MeshConfig defaults;
    private final Doubts doubts = new Doubts();
    private List<Offers> last;
    private ConfigInput input;
    private PersistentMap<ObjectKey, ObjectFate> fates = PersistentMap.empty();
    /** What was told of objects one by one, and of which two sources have one; by the object. */
    private final TreeMap<ObjectKey, List<Problem>> told = new TreeMap<>(Comparator.comparing(ObjectKey::cluster)
            .thenComparing(key -> key.resource().kind())
            .thenComparing(key -> key.resource().namespace())
            .thenComparing(key -> key.resource().name())
            .thenComparing(key -> key.resource().group()));

    /**
     * What came of it.
     *
     * @param input everything in force
     * @param change what is in force now and was not before; empty if nothing
     * @param problems everything that is wrong or doubtful now
     * @param fates what became of each object
     */
    public record Outcome(
            ConfigInput input,
            Optional<ConfigChange> change,
            List<Problem> problems,
            PersistentMap<ObjectKey, ObjectFate> fates) {}

    /**
     * A join of sources that have said nothing yet.
     *
     * @param clusters the id of each source's cluster, the source that gives way first
     * @param defaults the mesh config as long as no source has one
     */
    public ConfigJoin(List<String> clusters, MeshConfig defaults) {
        this.clusters = List.copyOf(clusters);
        this.defaults = defaults;
        this.last = clusters.stream().map(_ -> Offers.NOTHING).toList();
        this.input = new ConfigInput(0, defaults, PersistentMap.empty());
    }

    /** Takes in what the sources say now, in their order. */
    public Outcome join(List<Offers> now) {
        Set<ObjectKey> touched = new LinkedHashSet<>();
        for (int i = 0; i < now.size(); i++) {
            String cluster = clusters.get(i);
            now.get(i)
                    .objects()
                    .differencesSince(last.get(i).objects(), (key, _, _) -> touched.add(ObjectKey.of(cluster, key)));
        }
        last = List.copyOf(now);
        long next = input.version() + 1;
        List<Change> changes = new ArrayList<>();
        touched.forEach(key -> decide(key, next).ifPresent(changes::add));
        doubts.follow(changes);
        MeshConfig mesh = mesh();
        boolean otherMesh = !mesh.equals(input.mesh());
        List<ResourceChange> resources = changes.stream()
                .flatMap(change -> resourceChange(change, next).stream())
                .sorted(Comparator.comparing(change -> change.resource().toString()))
                .toList();
        PersistentMap<ObjectKey, ConfigObject> objects = input.objects();
        for (Change change : changes) {
            objects = objects.withOrWithout(change.key(), change.after());
        }
        boolean isNews = otherMesh || !resources.isEmpty() || input.version() == 0;
        input = new ConfigInput(isNews ? next : input.version(), otherMesh ? mesh : input.mesh(), objects);
        Optional<ConfigChange> change =
                isNews ? Optional.of(new ConfigChange(next, otherMesh, resources)) : Optional.empty();
        return new Outcome(input, change, problems(), fates);
    }

    /** The last source that has mesh config has the word. */
    private MeshConfig mesh() {
        MeshConfig mesh = defaults;
        for (Offers offers : last) {
            mesh = offers.mesh() == null ? mesh : offers.mesh();
        }
        return mesh;
    }

    /** What the sources say of an object comes to. The answer is the change of what is in force, if it is one. */
    private Optional<Change> decide(ObjectKey key, long version) {
        List<Offer> offers = offers(key);
        ConfigObject before = input.objects().get(key);
        if (offers.isEmpty()) {
            told.remove(key);
            fates = fates.without(key);
            return before == null ? Optional.empty() : Optional.of(new Change(key, before, null));
        }
        Offer wanted = offers.getLast();
        List<Problem> problems = new ArrayList<>(wanted.problems());
        if (offers.size() > 1) {
            problems.add(twice(offers.get(offers.size() - 2), wanted));
        }
        ConfigObject good = good(wanted, problems);
        ConfigObject after = good != null ? good : before != null ? before : otherGood(offers);
        ObjectFate was = fates.get(key);
        boolean same = before != null && after != null && after.says(before);
        long since = after == null ? 0 : same && was != null ? was.inForceSince() : version;
        ObjectFate.Verdict verdict = good == null ? ObjectFate.Verdict.REFUSED : ObjectFate.Verdict.ACCEPTED;
        fates = fates.with(key, new ObjectFate(key, wanted.origin(), verdict, since, problems));
        if (problems.isEmpty()) {
            told.remove(key);
        } else {
            told.put(key, List.copyOf(problems));
        }
        return isSame(before, after) ? Optional.empty() : Optional.of(new Change(key, before, after));
    }

    @SuppressWarnings(
            "ReferenceEquality") // The same object is no change; an equal one at another place is one of its origin.
    private static boolean isSame(@Nullable ConfigObject before, @Nullable ConfigObject after) {
        return before == after;
    }

    private List<Offer> offers(ObjectKey key) {
        List<Offer> offers = new ArrayList<>();
        for (int i = 0; i < last.size(); i++) {
            boolean mayHave = key.cluster().isEmpty() || key.cluster().equals(clusters.get(i));
            Offer offer = mayHave ? last.get(i).objects().get(key.resource()) : null;
            if (offer != null) {
                offers.add(offer);
            }
        }
        return offers;
    }

    /** The object that is offered, if nothing is wrong with it; what is goes to the problems. */
    private static @Nullable ConfigObject good(Offer offer, List<Problem> problems) {
        return switch (offer) {
            case Offer.Refused _ -> null;
            case Offer.Read readable -> {
                List<Problem> wrong = SecretChecks.check(readable.object());
                problems.addAll(wrong);
                yield wrong.isEmpty() ? readable.object() : null;
            }
        };
    }

    /** What another source has of an object that the one with the last word has never had right. */
    private static @Nullable ConfigObject otherGood(List<Offer> offers) {
        for (Offer offer : offers.reversed()) {
            ConfigObject good = good(offer, new ArrayList<>());
            if (good != null) {
                return good;
            }
        }
        return null;
    }

    /** Tells of one object that stands in two places. */
    public static Problem twice(Offer earlier, Offer later) {
        ResourceKey key = later.key();
        return new Problem(
                Problem.Severity.WARNING,
                later.origin(),
                later.origin().line(),
                key,
                "metadata.name",
                "the same resource as in " + earlier.origin() + ", which it takes the place of, as with kubectl apply",
                "one resource of a kind, namespace and name");
    }

    private Optional<ResourceChange> resourceChange(Change change, long version) {
        ConfigObject before = change.before();
        ConfigObject after = change.after();
        if (after == null) {
            return before == null
                    ? Optional.empty()
                    : Optional.of(new ResourceChange(Kind.REMOVED, gone(change.key(), before, version)));
        }
        if (before != null && after.says(before)) {
            return Optional.empty();
        }
        ObjectFate fate = Objects.requireNonNull(fates.get(change.key()), "what is in force has a fate");
        return Optional.of(new ResourceChange(before == null ? Kind.ADDED : Kind.CHANGED, fate));
    }

    private static ObjectFate gone(ObjectKey key, ConfigObject before, long version) {
        return new ObjectFate(key, before.origin(), ObjectFate.Verdict.ACCEPTED, version, List.of());
    }

    private List<Problem> problems() {
        List<Problem> all = new ArrayList<>();
        last.forEach(offers -> all.addAll(offers.problems()));
        told.values().forEach(all::addAll);
        all.addAll(doubts.all());
        return List.copyOf(all);
    }
}
