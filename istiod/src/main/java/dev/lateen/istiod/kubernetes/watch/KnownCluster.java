package dev.lateen.istiod.kubernetes.watch;

import dev.lateen.api.mesh.MeshConfig;
import dev.lateen.api.resource.ResourceKey;
import dev.lateen.api.yaml.Problem;
import dev.lateen.istiod.config.ChangeListener;
import dev.lateen.istiod.input.Offer;
import dev.lateen.istiod.input.Offers;
import dev.lateen.istiod.kubernetes.object.MeshConfigMap;
import dev.lateen.istiod.kubernetes.object.SelectedObjects;
import dev.lateen.istiod.kubernetes.object.Word;
import dev.lateen.istiod.persistent.PersistentMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** All that is known of a cluster, as one value at each time. Safe from any thread. */
final class KnownCluster {
    /** The kinds that say who may be called: with several rollouts at a time changes have no end for seconds, and a pod that leaves is called until it is out of them. */
    private static final Set<String> ENDPOINTS = Set.of("EndpointSlice", "Endpoints");

    private final SelectedObjects objects = new SelectedObjects();
    private MeshConfigMap mesh = MeshConfigMap.NONE;
    private List<Problem> remarks = List.of();
    private final Map<String, Problem> notes = new TreeMap<>();
    /** What stands in the status of Istio's objects. */
    private final Map<ResourceKey, Word.Standing> standing = new ConcurrentHashMap<>();

    /** All namespaces, looked at or not. */
    private final Set<ResourceKey> namespaces = ConcurrentHashMap.newKeySet();

    private volatile Offers current = Offers.NOTHING;
    private volatile ChangeListener listener = _ -> {};

    Offers current() {
        return current;
    }

    void onChange(ChangeListener heard) {
        listener = heard;
    }

    List<String> namespaces() {
        return namespaces.stream()
                .filter(key -> current.objects().get(key) != null)
                .map(ResourceKey::name)
                .sorted()
                .toList();
    }

    Word.@Nullable Standing standing(ResourceKey key) {
        return standing.get(key);
    }

    /** @param now null if nothing stands there */
    void stands(ResourceKey key, Word.@Nullable Standing now) {
        if (now == null) {
            standing.remove(key);
        } else {
            standing.put(key, now);
        }
    }

    /** @param now what an object says now; null if it is gone or of no use */
    void put(ResourceKey key, @Nullable Offer now) {
        boolean news;
        synchronized (this) {
            if (key.group().isEmpty() && key.kind().equals("Namespace")) {
                boolean _ = now == null ? namespaces.remove(key) : namespaces.add(key);
            }
            objects.put(key, now);
            news = publish();
        }
        tell(news, ENDPOINTS.contains(key.kind()));
    }

    /** Forgets all objects of a kind but these: what a first list doesn't have is gone. */
    void retain(String group, String kind, Set<ResourceKey> there) {
        boolean news;
        synchronized (this) {
            for (ResourceKey key : objects.keys(group, kind)) {
                if (!there.contains(key)) {
                    objects.put(key, null);
                }
            }
            news = publish();
        }
        tell(news, false);
    }

    void mesh(UnaryOperator<MeshConfigMap> change) {
        boolean news;
        synchronized (this) {
            mesh = change.apply(mesh);
            news = publish();
        }
        tell(news, false);
    }

    void choose(MeshConfig inForce) {
        boolean news;
        synchronized (this) {
            objects.choose(inForce);
            news = publish();
        }
        tell(news, false);
    }

    /** @param now what there is to say of a matter of its own; null if nothing any more */
    void note(String matter, @Nullable Problem now) {
        boolean news;
        synchronized (this) {
            if (now == null) {
                notes.remove(matter);
            } else {
                notes.put(matter, now);
            }
            news = publish();
        }
        tell(news, false);
    }

    /** @param now what there is to say of the cluster as a whole */
    void remark(List<Problem> now) {
        boolean news;
        synchronized (this) {
            remarks = now;
            news = publish();
        }
        tell(news, false);
    }

    @SuppressWarnings("ReferenceEquality") // A map without a change is the same map.
    private boolean publish() {
        PersistentMap<ResourceKey, Offer> selected = objects.selected();
        List<Problem> problems = new ArrayList<>(mesh.problems());
        problems.addAll(remarks);
        problems.addAll(notes.values());
        if (selected == current.objects() && mesh.mesh() == current.mesh() && problems.equals(current.problems())) {
            return false;
        }
        current = new Offers(selected, mesh.mesh(), problems);
        return true;
    }

    private void tell(boolean news, boolean pressing) {
        if (news) {
            listener.changed(pressing);
        }
    }
}
