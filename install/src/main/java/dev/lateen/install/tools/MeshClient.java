package dev.lateen.install.tools;

import dev.lateen.install.failure.CommandFailure;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Asks istiod's debug pages and proxies' admin pages; every failure says what was asked and how to ask elsewhere. */
final class MeshClient {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    static final int ADMIN_PORT = 15000;

    private final String istiod;
    private final int adminPort;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(3)).build();
    private final JsonMapper json = JsonMapper.builder().build();

    /**
     * @param istiod host and port of istiod's monitoring address
     * @param adminPort of proxies
     */
    MeshClient(String istiod, int adminPort) {
        this.istiod = istiod;
        this.adminPort = adminPort;
    }

    JsonNode istiod(String path) {
        return get(istiod, path, "--istiod");
    }

    /** A page of a proxy's admin address. */
    JsonNode admin(String host, String path) {
        return get(host + ":" + adminPort, path, "--address");
    }

    private JsonNode get(String authority, String path, String flag) {
        String url = "http://" + authority + path;
        try {
            HttpRequest request =
                    HttpRequest.newBuilder(URI.create(url)).timeout(TIMEOUT).build();
            HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() != 200) {
                throw failure(
                        url + ": " + response.statusCode() + " "
                                + response.body().strip(),
                        flag);
            }
            return json.readTree(response.body());
        } catch (JacksonException e) {
            throw failure(url + ": no JSON: " + e.getOriginalMessage(), flag);
        } catch (ConnectException | UnresolvedAddressException e) {
            throw failure(url + ": nothing answers at " + authority, flag);
        } catch (IOException | IllegalArgumentException e) {
            throw failure(url + ": " + (e.getMessage() == null ? e.toString() : e.getMessage()), flag);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failure(url + ": interrupted", flag);
        }
    }

    private static CommandFailure failure(String what, String flag) {
        return new CommandFailure(
                CommandFailure.FAILED, what + " (is the mesh running? another address: " + flag + ")");
    }
}
