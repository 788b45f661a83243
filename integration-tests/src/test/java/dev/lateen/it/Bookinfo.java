package dev.lateen.it;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Istio's own Bookinfo files, unchanged. */
final class Bookinfo {
    static final String REVIEWS = "http://127.0.0.1:8080/api/v1/products/0/reviews";

    private Bookinfo() {}

    /** Starts it and waits until a user gets the page. */
    static LocalMesh start(Path edits, String... more) throws IOException {
        List<Object> arguments = new ArrayList<>(List.of(
                Project.bookinfo("platform/kube/bookinfo.yaml"),
                Project.bookinfo("networking/bookinfo-gateway.yaml"),
                Project.bookinfo("networking/destination-rule-all.yaml")));
        arguments.addAll(List.of(more));
        LocalMesh mesh = LocalMesh.start(edits, arguments.toArray());
        try (Web web = Web.direct()) {
            mesh.process()
                    .awaitOutput(Patience.OF_A_START, output -> web.status("http://127.0.0.1:8080/productpage") == 200);
        }
        return mesh;
    }

    /** Which version of reviews answered. */
    static String version(String body) {
        if (body.contains("\"red\"")) {
            return "v3";
        }
        if (body.contains("\"black\"")) {
            return "v2";
        }
        return body.contains("\"reviewer\"") ? "v1" : "none: " + body;
    }
}
