package dev.lateen.install.standin;

import io.vertx.core.Future;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.OptionalInt;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Bookinfo's reviews: v1 has no stars, v2 black ones, v3 red ones, as the image's variables say. */
final class Reviews {
    private static final String FIRST =
            "An extremely entertaining play by Shakespeare. The slapstick humour is refreshing!";
    private static final String SECOND =
            "Absolutely fun and entertaining. The play lacks thematic depth when compared to other plays by"
                    + " Shakespeare.";
    private static final int UNKNOWN_STARS = -1;

    private final OutboundCalls calls;
    private final boolean rated;
    private final String color;
    private final String ratingsHost;
    private final int ratingsPort;
    private final Duration ratingsTimeout;
    private final String podName;
    private final String clusterName;

    Reviews(StandInBootstrap bootstrap, OutboundCalls calls) {
        this.calls = calls;
        rated = Boolean.parseBoolean(bootstrap.env("ENABLE_RATINGS", "false"));
        color = bootstrap.env("STAR_COLOR", "black");
        ratingsHost = BookinfoHost.of(bootstrap, "RATINGS_HOSTNAME", "ratings");
        ratingsPort = BookinfoHost.port(bootstrap, "RATINGS_SERVICE_PORT");
        // The original's quirk, on which Istio's fault-injection task depends: red stars are impatient.
        ratingsTimeout = color.equals("black") ? Duration.ofSeconds(10) : Duration.ofMillis(2500);
        podName = bootstrap.podName();
        // The original prints an unset variable as the word null.
        clusterName = bootstrap.env("CLUSTER_NAME", "null");
    }

    void mount(Router router) {
        router.get("/health").handler(c -> Json.answer(c, 200, "{\"status\": \"Reviews is healthy\"}"));
        router.get("/reviews/:productId").handler(this::reviews);
    }

    private void reviews(RoutingContext context) {
        OptionalInt id = ProductId.of(context.pathParam("productId"));
        if (id.isEmpty()) {
            context.response().setStatusCode(404).end();
            return;
        }
        Future<JsonNode> ratings = rated ? ratings(context, id.getAsInt()) : Future.succeededFuture(Json.object());
        ratings.onComplete(result -> {
            JsonNode stars = result.succeeded() ? result.result().path("ratings") : Json.object();
            Json.answer(context, 200, Json.text(body(id.getAsInt(), stars)));
        });
    }

    private Future<JsonNode> ratings(RoutingContext context, int id) {
        var headers = TracingHeaders.of(context.request().headers());
        return calls.get(ratingsHost, ratingsPort, "/ratings/" + id, headers, ratingsTimeout)
                .map(answer ->
                        answer.status() == 200 ? Json.parse(answer.body()).orElseGet(Json::object) : Json.object());
    }

    private ObjectNode body(int id, JsonNode stars) {
        ObjectNode body = Json.object()
                .put("id", Integer.toString(id))
                .put("podname", podName)
                .put("clustername", clusterName);
        var reviews = body.putArray("reviews");
        reviews.add(review("Reviewer1", FIRST, stars));
        reviews.add(review("Reviewer2", SECOND, stars));
        return body;
    }

    private ObjectNode review(String reviewer, String text, JsonNode stars) {
        ObjectNode review = Json.object().put("reviewer", reviewer).put("text", text);
        if (rated) {
            int count = stars.path(reviewer).asInt(UNKNOWN_STARS);
            ObjectNode rating = review.putObject("rating");
            if (count == UNKNOWN_STARS) {
                rating.put("error", "Ratings service is currently unavailable");
            } else {
                rating.put("stars", count).put("color", color);
            }
        }
        return review;
    }
}
