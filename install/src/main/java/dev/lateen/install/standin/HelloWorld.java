package dev.lateen.install.standin;

import io.vertx.ext.web.Router;

/** The helloworld sample: it says which version and instance answered. */
final class HelloWorld {
    private final String greeting;

    HelloWorld(StandInBootstrap bootstrap) {
        greeting = "Hello version: %s, instance: %s\n"
                .formatted(bootstrap.env("SERVICE_VERSION", "None"), bootstrap.podName());
    }

    void mount(Router router) {
        router.get("/hello").handler(c -> Text.answer(c, 200, Text.HTML, greeting));
        router.get("/health").handler(c -> Text.answer(c, 200, Text.HTML, "Helloworld is healthy"));
    }
}
