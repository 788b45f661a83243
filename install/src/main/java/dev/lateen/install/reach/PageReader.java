package dev.lateen.install.reach;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;

/** Asks for pages over plain HTTP, with a limit in time. Blocks; safe from any thread. */
public final class PageReader {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(3);
    private static final int MOST_SAID = 500;

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT_TIMEOUT)
            .build();

    /**
     * A page's text.
     *
     * @param authority host and port
     * @throws IOException in a sentence, if nobody answers there, or answers with anything but 200
     */
    public String get(String authority, String path) throws IOException {
        return send(authority, path, "GET");
    }

    /** As {@link #get}, by a POST without a body. */
    public String post(String authority, String path) throws IOException {
        return send(authority, path, "POST");
    }

    private String send(String authority, String path, String method) throws IOException {
        try {
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + authority + path))
                    .timeout(TIMEOUT)
                    .method(method, HttpRequest.BodyPublishers.noBody())
                    .build();
            HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() != 200) {
                String said = response.body().strip();
                throw new IOException(response.statusCode() + " "
                        + (said.length() <= MOST_SAID ? said : said.substring(0, MOST_SAID) + "..."));
            }
            return response.body();
        } catch (ConnectException | UnresolvedAddressException e) {
            throw new IOException("nothing answers at " + authority, e);
        } catch (IllegalArgumentException e) {
            throw new IOException(String.valueOf(e.getMessage()), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        }
    }
}
