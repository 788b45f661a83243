package dev.lateen.install.chart;

import dev.lateen.install.manifest.InstallManifest;
import dev.lateen.install.manifest.InstallValues;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import tools.jackson.databind.node.ObjectNode;

/** An installation that is asked what it would be with marks in its values. Pure. */
final class Probe {
    /** Stands for the revision's name, which may hold letters only. */
    static final String REVISION = "zzrevzz";
    /** Stands for the namespace. */
    static final String NAMESPACE = "zznszz";
    /** Stands for a gateway's name. */
    static final String NAME = "zznamezz";
    /** Stands for who looks after the objects. */
    static final String SERVICE = "zzservicezz";
    /** Stands for a gateway's label. */
    static final String LABEL = "zzlabelzz";

    private static final KubernetesSerialization KUBERNETES = new KubernetesSerialization();

    private final List<Mark> marks;
    private final List<String> fixed;
    private final Function<InstallManifest, List<HasMetadata>> part;

    /**
     * @param marks the chart's values
     * @param fixed assignments that all probes have
     * @param part which objects are the chart's
     */
    Probe(List<Mark> marks, List<String> fixed, Function<InstallManifest, List<HasMetadata>> part) {
        this.marks = marks;
        this.fixed = fixed;
        this.part = part;
    }

    List<Mark> marks() {
        return marks;
    }

    /** The objects by kind and name, with all marks and some more assignments. */
    Map<String, ObjectNode> marked(String... more) {
        return objects(true, more);
    }

    /** The objects as they are by default. */
    Map<String, ObjectNode> usual(String... more) {
        return objects(false, more);
    }

    private Map<String, ObjectNode> objects(boolean withMarks, String... more) {
        List<String> all = new ArrayList<>(fixed);
        all.addAll(List.of(more));
        Map<String, Object> values =
                new LinkedHashMap<>(InstallValues.of("empty", List.of(), all).values());
        if (withMarks) {
            for (int i = 0; i < marks.size(); i++) {
                put(
                        values,
                        List.of(marks.get(i).path().split("\\.")),
                        marks.get(i).value(i));
            }
        }
        Map<String, ObjectNode> objects = new LinkedHashMap<>();
        for (HasMetadata object : part.apply(InstallManifest.of(new InstallValues(values)))) {
            objects.put(
                    object.getKind() + " " + object.getMetadata().getName(),
                    KUBERNETES.convertValue(object, ObjectNode.class));
        }
        return objects;
    }

    @SuppressWarnings("unchecked")
    private static void put(Map<String, Object> tree, List<String> path, Object value) {
        String key = path.getFirst();
        if (path.size() == 1) {
            tree.put(key, value);
            return;
        }
        Map<String, Object> inner = new LinkedHashMap<>((Map<String, Object>) tree.getOrDefault(key, Map.of()));
        tree.put(key, inner);
        put(inner, path.subList(1, path.size()), value);
    }
}
