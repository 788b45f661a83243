package dev.lateen.injector.pod;

import dev.lateen.injector.settings.InjectedMesh;
import dev.lateen.injector.settings.SidecarSettings;
import dev.lateen.injector.tree.ContainerTrees;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * All that the overlays of one pod are made from. Immutable by promise: nobody changes the trees.
 *
 * @param owner whose pod it is
 * @param metadata the pod's, without what an injection before left
 * @param spec likewise
 * @param annotations of that metadata
 * @param labels of that metadata
 * @param start how its proxy starts
 * @param mesh what the mesh config says
 * @param settings what is the same for all
 * @param ids as whom the proxy runs
 * @param nativeByDefault whether proxies run as native sidecars where the pod says nothing
 */
public record PodFacts(
        Owner owner,
        JsonNode metadata,
        JsonNode spec,
        Map<String, String> annotations,
        Map<String, String> labels,
        ProxySettingsView start,
        InjectedMesh mesh,
        SidecarSettings settings,
        ProxyIds ids,
        boolean nativeByDefault) {
    public static final String NATIVE = "sidecar.istio.io/nativeSidecar";
    public static final String INTERCEPTION = "sidecar.istio.io/interceptionMode";
    public static final String STATUS_PORT = "status.sidecar.istio.io/port";

    /** Texts by name of a part of metadata. */
    public static Map<String, String> texts(JsonNode part) {
        Map<String, String> texts = new LinkedHashMap<>();
        part.properties()
                .forEach(entry -> texts.put(entry.getKey(), entry.getValue().asString("")));
        return texts;
    }

    /** What an annotation says, or something else where it is absent. */
    public String annotation(String name, Object otherwise) {
        String value = annotations.get(name);
        return value == null ? String.valueOf(otherwise) : value;
    }

    /** The first of some labels that has a value, or something else. */
    public String label(String otherwise, String... names) {
        for (String name : names) {
            String value = labels.getOrDefault(name, "");
            if (!value.isEmpty()) {
                return value;
            }
        }
        return otherwise;
    }

    /** How traffic gets to the proxy. */
    public String interceptionMode() {
        return annotation(INTERCEPTION, start.interceptionMode());
    }

    /** Whether the proxy sees the client's address, for which it must be root. */
    public boolean isTproxy() {
        return interceptionMode().equals("TPROXY");
    }

    /** Whether the proxy runs as a native sidecar. */
    public boolean isNative() {
        String own = annotations.getOrDefault(NATIVE, "");
        return own.isEmpty() ? nativeByDefault : !own.equals("false");
    }

    /** Whether the application's container waits for the proxy; a native sidecar is started before it in any case. */
    public boolean isHeld() {
        return start.holdsApplication() || settings.proxy().holdApplication();
    }

    /** The agent's port as the pod's probes and hooks have it; {@code 0} for none. */
    public String statusPort() {
        return annotation(STATUS_PORT, settings.probing().statusPort());
    }

    /** Names of the containers that are not the proxy's. */
    public List<String> applications() {
        List<String> names = new ArrayList<>(ContainerTrees.names(spec.path(ContainerTrees.CONTAINERS)));
        names.remove(ContainerTrees.PROXY);
        return names;
    }

    /** The mesh's trust domain. */
    public String trustDomain() {
        return mesh.trustDomain().isEmpty() ? settings.identity().trustDomain() : mesh.trustDomain();
    }
}
