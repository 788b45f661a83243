package dev.lateen.install.manifest;

import dev.lateen.api.Release;
import io.fabric8.kubernetes.api.model.LocalObjectReference;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What all objects of one installation have in common.
 *
 * @param values all that the user said; each part asks for its own
 * @param namespace of the control plane, usually {@code istio-system}
 * @param revision of the control plane, usually {@code default}
 */
record Installation(ValuesTree values, String namespace, String revision) {
    static final String DEFAULT_REVISION = "default";

    static Installation of(Map<String, Object> tree) {
        ValuesTree values = ValuesTree.of(tree);
        String global = values.text("values.global.istioNamespace", "istio-system");
        String revision = values.text("revision", values.text("values.revision", ""));
        if (!revision.matches("([a-z0-9]([-a-z0-9]{0,54}[a-z0-9])?)?")) {
            throw new IllegalArgumentException(
                    "revision: found " + revision + " (expected: lower-case letters, digits and dashes, 56 at most)");
        }
        return new Installation(
                values, values.text("namespace", global), revision.isEmpty() ? DEFAULT_REVISION : revision);
    }

    /** A name with the revision in it, unless it is the default one. */
    String named(String name) {
        return isDefault() ? name : name + "-" + revision;
    }

    boolean isDefault() {
        return revision.equals(DEFAULT_REVISION);
    }

    /** The image of a part; {@code image} may be a whole reference. */
    String image(String image) {
        if (image.contains("/")) {
            return image;
        }
        String hub = values.text("hub", values.text("values.global.hub", "docker.io/lateen"));
        String tag = values.text("tag", values.text("values.global.tag", Release.VERSION));
        String variant = values.text("values.global.variant", "");
        return hub + "/" + image + ":" + tag + (variant.isEmpty() ? "" : "-" + variant);
    }

    String pullPolicy() {
        return values.text("values.global.imagePullPolicy", "IfNotPresent");
    }

    List<LocalObjectReference> pullSecrets() {
        return values.list("values.global.imagePullSecrets").stream()
                .map(name -> new LocalObjectReference(String.valueOf(name)))
                .toList();
    }

    /** Metadata of an object in the control plane's namespace. */
    ObjectMeta meta(String name, String component, Map<String, String> labels) {
        return metaIn(namespace, name, component, labels);
    }

    /** Metadata of an object in some namespace. */
    ObjectMeta metaIn(String where, String name, String component, Map<String, String> labels) {
        return new ObjectMetaBuilder(clusterMeta(name, component, labels))
                .withNamespace(where)
                .build();
    }

    /** Metadata of an object that lives in no namespace. */
    ObjectMeta clusterMeta(String name, String component, Map<String, String> labels) {
        return new ObjectMetaBuilder()
                .withName(name)
                .withLabels(owned(component, labels))
                .build();
    }

    private Map<String, String> owned(String component, Map<String, String> labels) {
        Map<String, String> all = new LinkedHashMap<>(labels);
        all.put(Ownership.MANAGED_BY, Ownership.LATEEN);
        all.put("app.kubernetes.io/part-of", "istio");
        all.put("app.kubernetes.io/version", Release.VERSION);
        all.put(Ownership.COMPONENT, component);
        all.put(Ownership.REVISION, revision);
        return all;
    }
}
