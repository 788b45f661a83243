package dev.lateen.injector.overlay;

import static dev.lateen.injector.overlay.Fragment.typed;

import dev.lateen.injector.pod.PodFacts;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Volumes and mounts that the pod wants its proxy to have, as JSON objects by name. */
final class UserVolumes implements Overlay {
    private static final String VOLUMES = "sidecar.istio.io/userVolume";
    private static final String MOUNTS = "sidecar.istio.io/userVolumeMount";
    private static final JsonMapper JSON = JsonMapper.builder().build();

    @Override
    public void add(Fragment fragment, PodFacts facts) {
        List<VolumeMount> mounts = new ArrayList<>(fragment.proxy().getVolumeMounts());
        for (ObjectNode mount : asked(facts, MOUNTS)) {
            mounts.add(typed("annotation " + MOUNTS, mount, VolumeMount.class));
        }
        fragment.proxy().setVolumeMounts(mounts);
        for (ObjectNode volume : asked(facts, VOLUMES)) {
            fragment.volumes().add(typed("annotation " + VOLUMES, volume, Volume.class));
        }
    }

    private static List<ObjectNode> asked(PodFacts facts, String annotation) {
        String text = facts.annotations().get(annotation);
        if (text == null) {
            return List.of();
        }
        JsonNode all = read(annotation, text);
        List<ObjectNode> named = new ArrayList<>();
        all.properties().forEach(entry -> {
            ObjectNode each = JSON.createObjectNode().put("name", entry.getKey());
            if (!entry.getValue().isObject()) {
                throw refused(annotation, text, null);
            }
            entry.getValue().properties().forEach(field -> each.set(field.getKey(), field.getValue()));
            named.add(each);
        });
        return named;
    }

    private static JsonNode read(String annotation, String text) {
        try {
            JsonNode all = JSON.readTree(text);
            if (!all.isObject()) {
                throw refused(annotation, text, null);
            }
            return all;
        } catch (JacksonException e) {
            throw refused(annotation, text, e);
        }
    }

    private static IllegalArgumentException refused(String annotation, String text, @Nullable Exception cause) {
        return new IllegalArgumentException(
                "annotation " + annotation + ": " + text + " (expected: a JSON object of objects by name)", cause);
    }
}
