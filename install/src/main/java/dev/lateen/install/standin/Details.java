package dev.lateen.install.standin;

import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Bookinfo's details: one book, whatever number is asked for; v2 asks an outside service. */
final class Details {
    private static final String EXTERNAL_HOST = "www.googleapis.com";
    private static final String EXTERNAL_URI = "/books/v1/volumes?q=isbn:0486424618";
    private static final Duration EXTERNAL_TIMEOUT = Duration.ofSeconds(5);

    private final boolean external;
    private final boolean plaintext;
    private final OutboundCalls calls;

    Details(StandInBootstrap bootstrap, OutboundCalls calls) {
        external = bootstrap.env("ENABLE_EXTERNAL_BOOK_SERVICE", "false").equals("true");
        plaintext = bootstrap.env("DO_NOT_ENCRYPT", "false").equals("true");
        this.calls = calls;
    }

    void mount(Router router) {
        router.get("/health").handler(c -> Json.answer(c, 200, "{\"status\":\"Details is healthy\"}"));
        router.route(HttpMethod.GET, "/details*").handler(this::details);
    }

    private void details(RoutingContext context) {
        OptionalInt id = ProductId.lastOf(context.request().path());
        if (id.isEmpty()) {
            Json.error(context, 400, "please provide numeric product id");
        } else if (external) {
            fromOutside(context, id.getAsInt());
        } else {
            Json.answer(context, 200, Json.text(book(id.getAsInt())));
        }
    }

    private static ObjectNode book(int id) {
        return Json.object()
                .put("id", id)
                .put("author", "William Shakespeare")
                .put("year", 1595)
                .put("type", "paperback")
                .put("pages", 200)
                .put("publisher", "PublisherA")
                .put("language", "English")
                .put("ISBN-10", "1234567890")
                .put("ISBN-13", "123-1234567890");
    }

    private void fromOutside(RoutingContext context, int id) {
        if (!plaintext) {
            // The sidecar is an HTTP proxy here: TLS of the application's own would need CONNECT.
            Json.error(context, 400, "https to " + EXTERNAL_HOST + " is not supported here (set DO_NOT_ENCRYPT=true)");
            return;
        }
        var headers = TracingHeaders.of(context.request().headers());
        calls.get(EXTERNAL_HOST, 80, EXTERNAL_URI, headers, EXTERNAL_TIMEOUT).onComplete(result -> {
            Optional<ObjectNode> book = result.succeeded()
                    ? Json.parse(result.result().body()).flatMap(json -> outsideBook(id, json))
                    : Optional.empty();
            if (book.isPresent()) {
                Json.answer(context, 200, Json.text(book.get()));
            } else {
                Json.error(context, 400, "no usable answer from " + EXTERNAL_HOST);
            }
        });
    }

    private static Optional<ObjectNode> outsideBook(int id, JsonNode answer) {
        JsonNode volume = answer.at("/items/0/volumeInfo");
        if (!volume.isObject()) {
            return Optional.empty();
        }
        ObjectNode book = Json.object().put("id", id);
        book.set("author", volume.at("/authors/0"));
        book.set("year", volume.path("publishedDate"));
        book.put("type", volume.path("printType").asString("").equals("BOOK") ? "paperback" : "unknown");
        book.set("pages", volume.path("pageCount"));
        book.set("publisher", volume.path("publisher"));
        book.put("language", volume.path("language").asString("").equals("en") ? "English" : "unknown");
        for (JsonNode identifier : volume.path("industryIdentifiers")) {
            String name = identifier.path("type").asString("").replace("ISBN_", "ISBN-");
            book.set(name, identifier.path("identifier"));
        }
        return Optional.of(book);
    }
}
