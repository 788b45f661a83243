package dev.lateen.istiod.kubernetes.object;

import dev.lateen.api.mesh.MeshConfig;
import dev.lateen.api.resource.Origin;
import dev.lateen.api.resource.ResourceKey;
import dev.lateen.api.yaml.Problem;
import dev.lateen.api.yaml.ResourceReader;
import dev.lateen.api.yaml.SettingsReading;
import io.fabric8.kubernetes.api.model.ConfigMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The mesh config in Istio's ConfigMap {@code istio}, or {@code istio-REVISION}.
 *
 * @param mesh as it was last good; null if it never was
 * @param problems what is wrong with the ConfigMap as it stands
 */
public record MeshConfigMap(@Nullable MeshConfig mesh, List<Problem> problems) {
    /** There was none yet. */
    public static final MeshConfigMap NONE = new MeshConfigMap(null, List.of());

    private static final String MESH = "mesh";
    private static final String NETWORKS = "meshNetworks";

    /** The name of the ConfigMap of a revision's control plane. */
    public static String name(String revision) {
        return revision.isEmpty() || revision.equals("default") ? "istio" : "istio-" + revision;
    }

    /** The same with the ConfigMap as it is now; what can't be read leaves the last good settings. */
    public MeshConfigMap next(String cluster, ConfigMap map, ResourceReader reader) {
        Map<String, String> data = map.getData() == null ? Map.of() : map.getData();
        Origin origin = IstioObjects.origin(cluster, map.getMetadata());
        List<Problem> found = new ArrayList<>();
        MeshConfig now = mesh;
        String text = data.get(MESH);
        if (text == null) {
            found.add(problem(
                    origin,
                    Problem.Severity.WARNING,
                    place(map, MESH),
                    "missing; " + (mesh == null ? "Istio's defaults hold" : "what it said last stays in force"),
                    "mesh config as text"));
        } else {
            SettingsReading<MeshConfig> reading = reader.readMeshConfig(MESH, text);
            now = reading.settings().orElse(mesh);
            reading.problems().forEach(problem -> found.add(in(origin, map, problem)));
        }
        if (saysSomething(data.get(NETWORKS))) {
            found.add(problem(
                    origin,
                    Problem.Severity.WARNING,
                    place(map, NETWORKS),
                    "has no effect in this version: all endpoints are reached directly",
                    ""));
        }
        return new MeshConfigMap(now, List.copyOf(found));
    }

    /** The same without the ConfigMap: what it said last stays in force, for a mesh without its settings is another mesh. */
    public MeshConfigMap gone(String cluster, String namespace, String name) {
        if (mesh == null) {
            return NONE;
        }
        Origin origin = new Origin.InCluster(cluster, "", 0, "");
        return new MeshConfigMap(
                mesh,
                List.of(problem(
                        origin,
                        Problem.Severity.WARNING,
                        "",
                        "ConfigMap " + namespace + "/" + name + " is gone; what it said last stays in force",
                        "it to be there")));
    }

    /** Istio's chart writes {@code networks: {}}. */
    private static boolean saysSomething(@Nullable String networks) {
        String bare = networks == null ? "" : networks.strip();
        return !bare.isEmpty() && !bare.equals("networks: {}") && !bare.equals("{}");
    }

    private static String place(ConfigMap map, String key) {
        return "ConfigMap " + map.getMetadata().getNamespace() + "/"
                + map.getMetadata().getName() + " data." + key;
    }

    private static Problem in(Origin origin, ConfigMap map, Problem problem) {
        String path = problem.path().isEmpty() ? "" : ": " + problem.path();
        String line = problem.line() > 0 ? " line " + problem.line() : "";
        return problem(origin, problem.severity(), place(map, MESH) + line + path, problem.found(), problem.accepted());
    }

    private static Problem problem(
            Origin origin, Problem.Severity severity, String path, String found, String accepted) {
        return new Problem(severity, origin, 0, ResourceKey.MESH_CONFIG, path, found, accepted);
    }
}
