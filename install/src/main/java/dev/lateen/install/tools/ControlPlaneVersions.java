package dev.lateen.install.tools;

import dev.lateen.api.Release;
import dev.lateen.install.tools.AskedMesh.IstiodPage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The versions of a mesh, in the shapes of {@code istioctl version}. */
final class ControlPlaneVersions {
    private final JsonMapper json = JsonMapper.builder().build();
    private final ArrayNode controlPlanes = json.createArrayNode();
    private final ArrayNode proxies = json.createArrayNode();
    private final List<IstiodPage> silent = new ArrayList<>();

    /** Asks the mesh. */
    static ControlPlaneVersions of(AskedMesh mesh) {
        ControlPlaneVersions all = new ControlPlaneVersions();
        List<IstiodPage> answers = mesh.istiods("/version");
        ProxyStatusCommand.requireOne(answers);
        answers.forEach(all::controlPlane);
        for (IstiodPage page : mesh.istiods("/debug/syncz")) {
            if (page.text() != null) {
                MeshClient.json(page.istiod() + " /debug/syncz", page.text()).forEach(all::proxy);
            }
        }
        return all;
    }

    private void controlPlane(IstiodPage page) {
        if (page.text() == null) {
            silent.add(page);
            return;
        }
        ObjectNode one = controlPlanes.addObject();
        one.put("Component", "istiod");
        one.put("Revision", page.revision());
        one.set("Info", build(page.text().strip()));
    }

    private void proxy(JsonNode proxy) {
        if (!proxy.has("disconnected_at")) {
            ObjectNode one = proxies.addObject();
            one.put("ID", proxy.path("proxy").asString(""));
            one.put("IstioVersion", proxy.path("istio_version").asString(""));
            one.put("Type", proxy.path("proxy_type").asString(""));
        }
    }

    /** VERSION-GITREVISION-STATUS; a version may have dashes of its own. */
    private ObjectNode build(String text) {
        int status = text.lastIndexOf('-');
        int revision = status < 0 ? -1 : text.lastIndexOf('-', status - 1);
        ObjectNode build = json.createObjectNode();
        build.put("version", revision < 0 ? text : text.substring(0, revision));
        build.put("revision", revision < 0 ? "" : text.substring(revision + 1, status));
        build.put("golang_version", "");
        build.put("status", revision < 0 ? "" : text.substring(status + 1));
        build.put("tag", revision < 0 ? text : text.substring(0, revision));
        return build;
    }

    /** The control planes that did not answer. */
    List<IstiodPage> silent() {
        return silent;
    }

    /** Everything, with this program's own version. */
    static ObjectNode document(JsonMapper json) {
        ObjectNode all = json.createObjectNode();
        all.putObject("clientVersion")
                .put("version", Release.ISTIO_VERSION)
                .put("revision", Release.VERSION)
                .put("golang_version", "")
                .put("status", "")
                .put("tag", Release.ISTIO_VERSION);
        return all;
    }

    void addTo(ObjectNode document) {
        document.set("meshVersion", controlPlanes);
        document.set("dataPlaneVersion", proxies);
    }

    /** As istioctl prints them in short. */
    String text() {
        TreeSet<String> control = new TreeSet<>();
        controlPlanes.forEach(
                one -> control.add(one.path("Info").path("version").asString("")));
        Map<String, Integer> data = new TreeMap<>();
        proxies.forEach(one -> data.merge(one.path("IstioVersion").asString(""), 1, Integer::sum));
        String none = "none";
        return "control plane version: " + (control.isEmpty() ? none : String.join(", ", control)) + "\n"
                + "data plane version: "
                + (data.isEmpty()
                        ? none
                        : data.entrySet().stream()
                                .map(each -> each.getKey() + " (" + each.getValue()
                                        + (each.getValue() == 1 ? " proxy)" : " proxies)"))
                                .collect(Collectors.joining(", ")))
                + "\n";
    }
}
