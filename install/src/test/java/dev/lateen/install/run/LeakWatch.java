package dev.lateen.install.run;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetectorFactory;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Writes down what Netty's leak detector finds, so that a test can fail for it. */
final class LeakWatch {
    /** Vert.x copies the debug data of a GOAWAY for its handler and never releases the copy. */
    private static final String OF_VERTX = "io.vertx.core.http.GoAway.<init>";

    private static final List<String> FOUND = new CopyOnWriteArrayList<>();

    private LeakWatch() {}

    /** To be called before the first buffer is made. */
    static void begin() {
        ResourceLeakDetectorFactory.setResourceLeakDetectorFactory(new ResourceLeakDetectorFactory() {
            @Override
            @SuppressWarnings("deprecation") // the one abstract method there is
            public <T> ResourceLeakDetector<T> newResourceLeakDetector(
                    Class<T> resource, int interval, long maxActive) {
                return new Detector<>(resource, interval);
            }
        });
    }

    private static final class Detector<T> extends ResourceLeakDetector<T> {
        Detector(Class<T> resource, int interval) {
            super(resource, interval);
        }

        @Override
        protected boolean needReport() {
            return true;
        }

        @Override
        protected void reportTracedLeak(String resource, String records) {
            if (!records.contains(OF_VERTX)) {
                FOUND.add(resource + records);
            }
        }

        @Override
        protected void reportUntracedLeak(String resource) {
            FOUND.add(resource);
        }
    }

    /** What has leaked until now. */
    static List<String> found() {
        for (int i = 0; i < 3; i++) {
            System.gc();
            ByteBuf probe = PooledByteBufAllocator.DEFAULT.directBuffer(16);
            probe.release();
        }
        return List.copyOf(FOUND);
    }
}
