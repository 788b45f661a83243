package dev.lateen.install.manifest;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * All objects of an installation, in the order in which they are applied, and what of the user's values none of them follows. Pure.
 *
 * @param namespace of the control plane
 * @param revision of the control plane
 * @param definitions of the kinds that users write
 * @param base what everything else stands on: the namespace, the control plane's rights and settings
 * @param controlPlane istiod and the webhooks that lead to it
 * @param gateways whose pods need a control plane that serves
 * @param withoutEffect paths of values that change nothing
 */
public record InstallManifest(
        String namespace,
        String revision,
        List<HasMetadata> definitions,
        List<HasMetadata> base,
        List<HasMetadata> controlPlane,
        List<HasMetadata> gateways,
        List<String> withoutEffect) {

    /** Copies the lists. */
    public InstallManifest {
        definitions = List.copyOf(definitions);
        base = List.copyOf(base);
        controlPlane = List.copyOf(controlPlane);
        gateways = List.copyOf(gateways);
        withoutEffect = List.copyOf(withoutEffect);
    }

    /**
     * What values ask for.
     *
     * @throws IllegalArgumentException if a value is of the wrong kind: its path, what was found, what is accepted
     */
    public static InstallManifest of(InstallValues values) {
        Installation installation = Installation.of(values.values());
        ValuesTree tree = installation.values();
        boolean pilot = tree.flag("components.pilot.enabled", true);
        boolean base = tree.flag("components.base.enabled", true);
        List<HasMetadata> first = new ArrayList<>();
        if (base || pilot) {
            // A revision on a namespace is a wish for sidecars in it, which this one has not.
            first.add(new NamespaceBuilder()
                    .withMetadata(installation.clusterMeta(installation.namespace(), "Base", Map.of()))
                    .editMetadata()
                    .removeFromLabels(Ownership.REVISION)
                    .endMetadata()
                    .build());
        }
        List<HasMetadata> plane = new ArrayList<>();
        if (pilot) {
            first.addAll(IstiodRights.objects(installation));
            first.addAll(MeshConfigMaps.objects(installation));
            plane.addAll(IstiodWorkload.objects(installation));
            plane.addAll(Webhooks.objects(installation));
        }
        List<HasMetadata> gateways = GatewayWorkload.objects(installation);
        boolean kinds = base && tree.flag("values.base.enableCRDTemplates", true);
        return new InstallManifest(
                installation.namespace(),
                installation.revision(),
                kinds ? Definitions.all() : List.of(),
                first,
                plane,
                gateways,
                tree.unasked());
    }

    /** All of it, in order. */
    public List<HasMetadata> all() {
        List<HasMetadata> all = new ArrayList<>(definitions);
        all.addAll(base);
        all.addAll(controlPlane);
        all.addAll(gateways);
        return all;
    }

    /** As documents of YAML. */
    public String yaml() {
        return yaml(all());
    }

    /** Objects as documents of YAML. */
    public static String yaml(List<? extends HasMetadata> objects) {
        KubernetesSerialization kubernetes = new KubernetesSerialization();
        StringBuilder text = new StringBuilder();
        for (HasMetadata object : objects) {
            text.append("---\n").append(kubernetes.asYaml(object).replaceFirst("^---\\n", ""));
        }
        return text.toString();
    }
}
