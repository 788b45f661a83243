package dev.lateen.istiod.model;

import dev.lateen.api.mesh.MeshConfig;
import dev.lateen.api.yaml.Problem;
import dev.lateen.istiod.input.ConfigInput;
import dev.lateen.istiod.input.ConfigObject;
import dev.lateen.istiod.input.ObjectKey;
import dev.lateen.istiod.persistent.PersistentMap;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What of all objects has no effect, found object by object and remembered. Immutable.
 *
 * @param objects those that were looked at
 * @param mesh the mesh config that counts for them; null before the first
 * @param found what was found, of the objects of which anything was
 * @param ofMesh what of the mesh config has no effect
 */
record Unfollowed(
        PersistentMap<ObjectKey, ConfigObject> objects,
        @Nullable MeshConfig mesh,
        PersistentMap<ObjectKey, List<Problem>> found,
        List<Problem> ofMesh) {

    static final Unfollowed NONE = new Unfollowed(PersistentMap.empty(), null, PersistentMap.empty(), List.of());

    private static final Comparator<Map.Entry<ObjectKey, List<Problem>>> BY_NAME =
            Comparator.comparing(entry -> entry.getKey().cluster() + " " + entry.getKey());

    @SuppressWarnings("ReferenceEquality") // A mesh config that did not change is the same object.
    Unfollowed next(ConfigInput input) {
        boolean sameMesh = mesh == input.mesh();
        List<Map.Entry<ObjectKey, List<Problem>>> looked = new ArrayList<>();
        PersistentMap<ObjectKey, ConfigObject> before = sameMesh ? objects : PersistentMap.empty();
        input.objects()
                .differencesSince(
                        before,
                        (key, _, now) -> looked.add(
                                Map.entry(key, now == null ? List.of() : WithoutEffect.of(now, input.mesh()))));
        PersistentMap<ObjectKey, List<Problem>> next = sameMesh ? found : PersistentMap.empty();
        for (Map.Entry<ObjectKey, List<Problem>> one : looked) {
            next = next.withOrWithout(one.getKey(), one.getValue().isEmpty() ? null : one.getValue());
        }
        return new Unfollowed(input.objects(), input.mesh(), next, sameMesh ? ofMesh : WithoutEffect.of(input.mesh()));
    }

    /** Everything that was found, by kind and name, the mesh config's last. */
    List<Problem> problems() {
        List<Map.Entry<ObjectKey, List<Problem>>> all = new ArrayList<>();
        found.forEach((key, problems) -> all.add(Map.entry(key, problems)));
        all.sort(BY_NAME);
        List<Problem> problems = new ArrayList<>();
        all.forEach(entry -> problems.addAll(entry.getValue()));
        problems.addAll(ofMesh);
        return problems;
    }
}
