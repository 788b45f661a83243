package dev.lateen.install.tools;

import dev.lateen.install.failure.CommandFailure;
import dev.lateen.install.reach.PageReader;
import java.io.IOException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Asks istiod's debug pages and proxies' admin pages by their addresses; every failure says what was asked and how to ask elsewhere. */
final class MeshClient {
    static final int ADMIN_PORT = 15000;

    private final String istiod;
    private final int adminPort;
    private final PageReader pages = new PageReader();

    /**
     * @param istiod host and port of istiod's monitoring address
     * @param adminPort of proxies
     */
    MeshClient(String istiod, int adminPort) {
        this.istiod = istiod;
        this.adminPort = adminPort;
    }

    JsonNode istiod(String path) {
        return json(istiod + path, istiodText(path));
    }

    String istiodText(String path) {
        return asked(istiod, path, "--istiod; a cluster's: --kubeconfig", () -> pages.get(istiod, path));
    }

    /** A page of a proxy's admin address. */
    JsonNode admin(String host, String path) {
        return json(host + path, adminText(host, path));
    }

    String adminText(String host, String path) {
        String authority = host + ":" + adminPort;
        return asked(authority, path, "--address", () -> pages.get(authority, path));
    }

    /** As {@link #adminText}, by a POST. */
    String adminPost(String host, String path) {
        String authority = host + ":" + adminPort;
        return asked(authority, path, "--address", () -> pages.post(authority, path));
    }

    /** A page as a tree. @param from whose it is, for messages */
    static JsonNode json(String from, String text) {
        try {
            return JsonMapper.builder().build().readTree(text);
        } catch (JacksonException e) {
            throw new CommandFailure(CommandFailure.FAILED, from + ": no JSON: " + e.getOriginalMessage());
        }
    }

    /** Something that speaks HTTP. */
    private interface Asking {
        String ask() throws IOException;
    }

    private static String asked(String authority, String path, String flag, Asking asking) {
        try {
            return asking.ask();
        } catch (IOException e) {
            throw new CommandFailure(
                    CommandFailure.FAILED,
                    "http://" + authority + path + ": " + (e.getMessage() == null ? e.toString() : e.getMessage())
                            + " (is the mesh running? another address: " + flag + ")");
        }
    }
}
