package dev.lateen.istiod.input;

import dev.lateen.api.mesh.MeshConfig;
import dev.lateen.istiod.persistent.PersistentMap;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/**
 * Everything users have said at one time, checked: the sole input of the mesh's snapshot. Immutable. It shares its parts with the input before, so that
 * what changed is found without a look at the rest; an object or mesh config that did not change is the same object.
 *
 * @param version counts up with every change
 * @param mesh the mesh config of the same time
 * @param objects every object in force
 */
public record ConfigInput(long version, MeshConfig mesh, PersistentMap<ObjectKey, ConfigObject> objects) {
    /** The id that a cluster has which was given none, as in Istio. */
    public static final String LOCAL_CLUSTER = "Kubernetes";

    private static final Comparator<ConfigObject> BY_NAME = Comparator.comparing(
                    (ConfigObject object) -> object.key().kind())
            .thenComparing(object -> object.key().namespace())
            .thenComparing(object -> object.key().name())
            .thenComparing(object -> object.key().group());

    /** The input of one cluster that has just these objects; of two with one key the later counts. */
    public static ConfigInput of(long version, MeshConfig mesh, Collection<? extends ConfigObject> objects) {
        PersistentMap<ObjectKey, ConfigObject> all = PersistentMap.empty();
        for (ConfigObject object : objects) {
            all = all.with(ObjectKey.of(LOCAL_CLUSTER, object.key()), object);
        }
        return new ConfigInput(version, mesh, all);
    }

    /** Every object, by kind and name. */
    public List<ConfigObject> sorted() {
        return objects.values().stream().sorted(BY_NAME).toList();
    }
}
