package dev.lateen.istiod;

import dev.lateen.api.yaml.Problem;
import dev.lateen.istiod.config.ConfigEvents;
import dev.lateen.istiod.config.ConfigTiming;
import dev.lateen.istiod.config.DirectorySource;
import dev.lateen.istiod.config.InvalidConfigException;
import dev.lateen.istiod.config.JoinedConfig;
import dev.lateen.istiod.config.WatchTiming;
import dev.lateen.istiod.model.MeshSnapshot;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a control plane would say of some config, without being started. */
public final class ConfigReview {
    private ConfigReview() {}

    /**
     * Everything that is wrong or doubtful; where something is wrong, what is only seen in the whole is not looked for.
     *
     * @param paths files and directories
     * @param meshConfig a file with mesh config; null for the defaults
     */
    public static List<Problem> of(List<Path> paths, @Nullable Path meshConfig) {
        List<Problem> all = new ArrayList<>();
        ConfigEvents collecting = new ConfigEvents() {
            @Override
            public void problems(List<Problem> problems) {
                all.addAll(problems);
            }
        };
        DirectorySource files = DirectorySource.open(paths, meshConfig, WatchTiming.USUAL, System::nanoTime);
        try (JoinedConfig config =
                JoinedConfig.open(List.of(files), ConfigTiming.USUAL, collecting, System::nanoTime)) {
            List<Problem> inWhole = MeshSnapshot.build(config.current(), null).problems();
            all.addAll(inWhole);
            return List.copyOf(all);
        } catch (InvalidConfigException e) {
            return e.problems();
        }
    }
}
