package dev.lateen.istiod.kubernetes.object;

import dev.lateen.api.mesh.MeshConfig;
import dev.lateen.api.resource.Origin;
import dev.lateen.api.resource.ResourceKey;
import dev.lateen.api.resource.ResourceMeta;
import dev.lateen.istiod.input.ConfigObject;
import dev.lateen.istiod.input.Offer;
import dev.lateen.istiod.persistent.PersistentMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All objects of a cluster that are of use, and those of them that are looked at. One event changes one entry; only where another set of namespaces is
 * selected is more than that gone through. Not thread-safe.
 */
public final class SelectedObjects {
    private PersistentMap<ResourceKey, Offer> all = PersistentMap.empty();
    /** The same object as {@code all} as long as every namespace is selected. */
    private PersistentMap<ResourceKey, Offer> selected = PersistentMap.empty();

    private NamespaceChoice choice = NamespaceChoice.ALL;

    /** A cluster of which nothing is known yet. */
    public SelectedObjects() {}

    /** The objects that are looked at. */
    public PersistentMap<ResourceKey, Offer> selected() {
        return selected;
    }

    /** The names of all objects of a kind, looked at or not. Goes through all objects. */
    public List<ResourceKey> keys(String group, String kind) {
        List<ResourceKey> keys = new ArrayList<>();
        for (ResourceKey key : all.keys()) {
            if (key.group().equals(group) && key.kind().equals(kind)) {
                keys.add(key);
            }
        }
        return keys;
    }

    /** An object as it was read. */
    public static Offer offer(HasMetadata kept, Origin origin) {
        return new Offer.Read(ConfigObject.OfKubernetes.of(kept, origin), List.of());
    }

    /**
     * Takes in what an object is now.
     *
     * @param now null if it is gone, or of no use any more
     */
    public void put(ResourceKey key, @Nullable Offer now) {
        Offer was = all.get(key);
        if (was == null ? now == null : now != null && saysTheSame(was, now)) {
            return;
        }
        all = all.withOrWithout(key, now);
        if (choice.isAll()) {
            selected = all;
            return;
        }
        if (isNamespace(key)) {
            select();
        } else {
            selected = selected.withOrWithout(key, isSelected(key) ? now : null);
        }
    }

    /** Looks at the namespaces that this mesh config selects. */
    public void choose(@Nullable MeshConfig mesh) {
        NamespaceChoice next =
                mesh == null || mesh.discovery().discoverySelectors().isEmpty()
                        ? NamespaceChoice.ALL
                        : new NamespaceChoice(mesh.discovery().discoverySelectors());
        if (!next.equals(choice)) {
            choice = next;
            select();
        }
    }

    private void select() {
        PersistentMap<ResourceKey, Offer> next = all;
        if (!choice.isAll()) {
            for (ResourceKey key : all.keys()) {
                next = isSelected(key) ? next : next.without(key);
            }
        }
        selected = next;
    }

    private boolean isSelected(ResourceKey key) {
        if (key.group().isEmpty() && key.kind().equals("Node")) {
            return true;
        }
        String namespace = isNamespace(key) ? key.name() : key.namespace();
        ResourceKey of = new ResourceKey("", "Namespace", ResourceMeta.DEFAULT_NAMESPACE, namespace);
        return all.get(of) instanceof Offer.Read readable
                && readable.object() instanceof ConfigObject.OfKubernetes typed
                && typed.object() instanceof Namespace found
                && choice.selects(labels(found));
    }

    private static Map<String, String> labels(Namespace namespace) {
        Map<String, String> labels = namespace.getMetadata().getLabels();
        return labels == null ? Map.of() : labels;
    }

    private static boolean isNamespace(ResourceKey key) {
        return key.group().isEmpty() && key.kind().equals("Namespace");
    }

    /** Most changes of objects are of what is not kept: a pod's status, our own word in {@code status}. */
    private static boolean saysTheSame(Offer was, Offer now) {
        if (!(was.origin() instanceof Origin.InCluster before)
                || !(now.origin() instanceof Origin.InCluster after)
                || !before.uid().equals(after.uid())
                || before.generation() != after.generation()) {
            return false;
        }
        return switch (now) {
            case Offer.Read readable ->
                was instanceof Offer.Read earlier
                        && readable.object().says(earlier.object())
                        && says(readable).equals(says(earlier));
            // An object that is refused is known by its generation.
            case Offer.Refused refused ->
                was instanceof Offer.Refused earlier && says(refused).equals(says(earlier));
        };
    }

    private static List<String> says(Offer offer) {
        return offer.problems().stream()
                .map(problem -> problem.path() + problem.found())
                .toList();
    }
}
