package dev.lateen.install.manifest;

import dev.lateen.api.yaml.Documents;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a user wants installed: a profile, files over it, and single values over these. Files are IstioOperator resources or Helm values of Istio's charts. Pure.
 *
 * @param values in the shape of an IstioOperator's spec
 */
public record InstallValues(Map<String, Object> values) {

    /**
     * A file of values.
     *
     * @param source its name, for messages
     * @param text its content
     */
    public record ValuesFile(String source, String text) {}

    /**
     * All layers together.
     *
     * @param profile the name of one; empty to take the one that a file or an assignment names, else {@code default}
     * @param files the later ones over the earlier ones
     * @param assignments such as {@code values.global.hub=registry.local}
     * @throws IllegalArgumentException if anything is wrong: where, what was found, and what is accepted
     */
    public static InstallValues of(String profile, List<ValuesFile> files, List<String> assignments) {
        Map<String, Object> said = new LinkedHashMap<>();
        for (ValuesFile file : files) {
            said = ValuesLayers.merge(said, read(file));
        }
        for (String assignment : assignments) {
            said = ValuesLayers.set(said, assignment);
        }
        Object named = said.remove("profile");
        String chosen = !profile.isEmpty() ? profile : named == null ? Profile.DEFAULT.label() : named.toString();
        return new InstallValues(ValuesLayers.merge(Profile.named(chosen).tree(), said));
    }

    private static Map<String, Object> read(ValuesFile file) {
        Map<?, ?> read;
        try {
            read = JsonMapper.shared().convertValue(Documents.first(file.source(), file.text()), Map.class);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    e.getMessage() + " (expected: an IstioOperator, or Helm values of Istio's charts)", e);
        }
        return values(file.source(), texts(read));
    }

    /** An IstioOperator's spec, or Helm values in their place in one. */
    private static Map<String, Object> values(String source, Map<String, Object> document) {
        Object kind = document.get("kind");
        if (kind == null) {
            return operatorOf(document);
        }
        if (!kind.equals("IstioOperator")) {
            throw new IllegalArgumentException(
                    source + ": kind: found " + kind + " (expected: IstioOperator, or Helm values without a kind)");
        }
        Map<String, Object> spec = new LinkedHashMap<>();
        if (document.get("spec") instanceof Map<?, ?> map) {
            spec.putAll(texts(map));
        }
        if (document.get("metadata") instanceof Map<?, ?> metadata && metadata.get("namespace") != null) {
            spec.putIfAbsent("namespace", String.valueOf(metadata.get("namespace")));
        }
        return spec;
    }

    private static Map<String, Object> operatorOf(Map<String, Object> helm) {
        Map<String, Object> values = new LinkedHashMap<>(helm);
        Map<String, Object> spec = new LinkedHashMap<>();
        for (String own : List.of("meshConfig", "profile", "revision")) {
            Object value = values.remove(own);
            if (value != null) {
                spec.put(own, value);
            }
        }
        spec.put("values", values);
        return spec;
    }

    private static Map<String, Object> texts(Map<?, ?> map) {
        Map<String, Object> texts = new LinkedHashMap<>();
        map.forEach((key, value) -> texts.put(String.valueOf(key), value));
        return texts;
    }
}
