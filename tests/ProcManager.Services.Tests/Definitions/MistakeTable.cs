namespace ProcManager.Services.Tests.Definitions;

/// <summary>Mistakes that people make, with the lines that tell them.</summary>
internal static class MistakeTable
{
    private const string Times = "a time with its unit, such as 200ms, 30s, 5m, 1h30m or 7d, or hh:mm:ss";
    private const string Sizes = "a number of bytes, such as 200MiB, 1.5GB or 209715200";
    private const string Tcp = "HOST:PORT such as 127.0.0.1:6379 or [::1]:6379, or a port of 127.0.0.1 alone; ports are 1 to 65535";
    private const string Kinds = "one of pidFile, executable, tcp, unix, http, command; \"executable\" also beside \"pidFile\"";
    private const string Paths = "a path that begins with / and has no control characters";
    private const string Commands = "a line for the shell, a list of a program and its arguments, or an object with \"command\"";

    /// <summary>The schema says it, too: an editor shows it while one types.</summary>
    internal static IEnumerable<(string Json, string[] Mistakes)> OfSchema =>
    [
        // The whole file.
        ("[]", ["1: a list is no object; allowed: { … } with $schema, folder, notify, snapshots, status, services"]),
        ("{}", ["1: services is missing: an object with a field for each service"]),
        ("""{ "services": [] }""", ["1: services: a list is no object; allowed: an object with a field for each service: { \"redis\": { … } }"]),
        ("""{ "folder": "keep", "services": {} }""", [$"1: folder: \"keep\" is no absolute path; allowed: {Paths}"]),
        ("""{ "folder": 5, "services": {} }""", ["1: folder: 5 is a number; allowed: a text in quotes"]),
        ("""{ "snapshot": {}, "services": {} }""", ["1: snapshot is no field here; did you mean \"snapshots\"?"]),
        ("""{ "snapshots": { "enabled": "yes" }, "services": {} }""", ["1: snapshots.enabled: \"yes\" cannot be read; allowed: true or false"]),
        ("""{ "snapshots": { "maxSize": "many" }, "services": {} }""", [$"1: snapshots.maxSize: \"many\" is no size; allowed: {Sizes}"]),
        ("""{ "snapshots": { "folder": "here", "timeout": "later" }, "services": {} }""", [$"1: snapshots.folder: \"here\" is no absolute path; allowed: {Paths}", $"1: snapshots.timeout: \"later\" cannot be read; allowed: {Times}"]),
        ("""{ "notify": { "mail": "-oQ/tmp" }, "services": {} }""", ["1: notify.mail: \"-oQ/tmp\" is no address; allowed: addresses without names, such as root, or root, ops@example.org"]),
        ("""{ "notify": { "mial": "root" }, "services": {} }""", ["1: notify.mial is no field here; did you mean \"mail\"?"]),

        // A service.
        ("""{ "services": { "-redis": { "start": "x", "check": { "tcp": 1 } } } }""", ["1: services.-redis is no name for a service; allowed: 1 to 64 of a-z A-Z 0-9 . _ -, not beginning with a dot or a dash"]),
        ("""{ "services": { "my redis": { "start": "x", "check": { "tcp": 1 } } } }""", ["1: services[\"my redis\"] is no name for a service; allowed: 1 to 64 of a-z A-Z 0-9 . _ -, not beginning with a dot or a dash"]),
        ("""{ "services": { "redis": "redis-server" } }""", ["1: services.redis: \"redis-server\" is no object; allowed: { … } with kind, start, check, stop, stopTimeout, interval, backoff, giveUp, dependsOn, snapshot, log, notify"]),
        ("""
            { "services": {
              "redis": { },
              "nginx": { "kind": "foreground" }
            } }
            """, ["2: services.redis.start is missing: the command that starts the service", "2: services.redis.check is missing: how the keeper sees that the service runs. Needed for a detached service; a foreground one runs as long as its process does", "3: services.nginx.start is missing: the command that starts the service"]),
        (With("\"check\": []"), ["3: services.redis.check is missing: how the keeper sees that the service runs. Needed for a detached service; a foreground one runs as long as its process does"]),
        (With("\"kind\": \"daemon\""), ["4: services.redis.kind: \"daemon\" is no kind of service; allowed: \"detached\" or \"foreground\""]),
        (With("\"intervall\": \"1s\""), ["4: services.redis.intervall is no field here; did you mean \"interval\"?"]),
        (With("\"colour\": 1"), ["4: services.redis.colour is no field here; allowed: kind, start, check, stop, stopTimeout, interval, backoff, giveUp, dependsOn, snapshot, log, notify"]),
        (With("\"user\": \"redis\""), ["4: services.redis.user is no field here; it belongs to a command: \"start\": { \"command\": …, \"user\": … }"]),
        (With("\"cwd\": \"/srv\""), ["4: services.redis.cwd is no field here; it belongs to a command: \"start\": { \"command\": …, \"directory\": … }"]),
        (With("\"command\": \"x\""), ["4: services.redis.command is no field here; did you mean \"start\"?"]),
        (With("\"requires\": \"x\""), ["4: services.redis.requires is no field here; did you mean \"dependsOn\"?"]),
        (With("\"name\": \"x\""), ["4: services.redis.name is no field here; the name of a service is the name of its object: \"services\": { \"redis\": { … } }"]),
        (With("\"pidFile\": \"/x\""), ["4: services.redis.pidFile is no field here; it belongs to a check: \"check\": { \"pidFile\": … }"]),
        (With("\"interval\": 10"), [$"4: services.redis.interval: 10 has no unit; allowed: {Times}"]),
        (With("\"interval\": \"10\""), [$"4: services.redis.interval: \"10\" cannot be read; allowed: {Times}"]),
        (With("\"stopTimeout\": true"), [$"4: services.redis.stopTimeout: true cannot be read; allowed: {Times}"]),
        (With("\"backoff\": { \"initail\": \"1s\" }"), ["4: services.redis.backoff.initail is no field here; did you mean \"initial\"?"]),
        (With("\"backoff\": \"1s\""), ["4: services.redis.backoff: \"1s\" is no object; allowed: { … } with initial, max, resetAfter"]),
        (With("\"giveUp\": null"), ["4: services.redis.giveUp: null is no object; allowed: { … } with restarts, within"]),
        (With("\"giveUp\": { \"restarts\": 0 }"), ["4: services.redis.giveUp.restarts: 0 is too small; allowed: 1 to 1000"]),
        (With("\"giveUp\": { \"restarts\": \"5\" }"), ["4: services.redis.giveUp.restarts: \"5\" cannot be read; allowed: a whole number"]),
        (With("\"giveUp\": { \"restarts\": 2.5 }"), ["4: services.redis.giveUp.restarts: 2.5 cannot be read; allowed: a whole number"]),
        (With("\"log\": { \"keep\": 101 }"), ["4: services.redis.log.keep: 101 is too large; allowed: 1 to 100"]),
        (With("\"log\": { \"maxSize\": \"10 pages\" }"), [$"4: services.redis.log.maxSize: \"10 pages\" is no size; allowed: {Sizes}"]),
        (With("\"dependsOn\": [5]"), ["4: services.redis.dependsOn[0]: 5 is a number; allowed: the name of a service, or a list of names"]),
        (With("\"notify\": \"root\""), ["4: services.redis.notify: \"root\" is no object; allowed: { … } with command, mail"]),

        // Commands.
        (With("\"stop\": \" \""), [$"4: services.redis.stop: \" \" is empty; allowed: {Commands}"]),
        (With("\"stop\": []"), [$"4: services.redis.stop: a list is empty; allowed: {Commands}"]),
        (With("\"stop\": 5"), [$"4: services.redis.stop: 5 is no command; allowed: {Commands}"]),
        (With("\"stop\": [\"kill\", 5]"), ["4: services.redis.stop[1]: 5 is a number; allowed: a text in quotes, such as \"5\""]),
        (With("\"stop\": [\"./stop\"]"), ["4: services.redis.stop: a list is no program; allowed: an absolute path, or a name without / that is found in PATH"]),
        (With("\"stop\": { \"directory\": \"/\" }"), ["4: services.redis.stop.command is missing: a program with its arguments, or a line for the shell"]),
        (With("\"stop\": { \"command\": \"x\", \"directory\": \"srv\" }"), [$"4: services.redis.stop.directory: \"srv\" is no absolute path; allowed: {Paths}"]),
        (With("\"stop\": { \"command\": \"x\", \"args\": [\"-v\"] }"), ["4: services.redis.stop.args is no field here; arguments stand behind the program: \"command\": [\"redis-server\", \"--port\", \"6379\"]"]),
        (With("\"stop\": { \"command\": \"x\", \"env\": {} }"), ["4: services.redis.stop.env is no field here; did you mean \"environment\"?"]),
        (With("\"stop\": { \"command\": \"x\", \"environment\": [\"A=b\"] }"), ["4: services.redis.stop.environment: a list is no object; allowed: { \"NAME\": \"value\", … }"]),
        (With("\"stop\": { \"command\": \"x\", \"environment\": { \"PORT\": 6379 } }"), ["4: services.redis.stop.environment.PORT has a value that is no text; allowed: a text in quotes"]),
        (With("\"stop\": { \"command\": \"x\", \"environment\": { \"A=b\": \"\" } }"), ["4: services.redis.stop.environment[\"A=b\"] has a name that is not allowed; allowed: names without '=' and NUL that do not begin with PROCMANAGER_, which are the keeper's own"]),
        (With("\"stop\": { \"command\": \"x\", \"user\": 1000 }"), ["4: services.redis.stop.user: 1000 is a number; allowed: a text in quotes"]),
        (With("\"snapshot\": [\"free\", \"-m\"]"), ["4: services.redis.snapshot[1]: \"-m\" is no command; allowed: commands; one with arguments is a list within the list, such as [[\"free\", \"-m\"]], or a line, such as [\"free -m\"]"]),
        (With("\"snapshot\": [\"free\", \"\", [], 7]"), [$"4: services.redis.snapshot[1]: \"\" is empty; allowed: {Commands}", $"4: services.redis.snapshot[2]: a list is empty; allowed: {Commands}", $"4: services.redis.snapshot[3]: 7 is no command; allowed: {Commands}"]),

        // Checks.
        (With("\"check\": \"tcp\""), ["3: services.redis.check: \"tcp\" is no object; allowed: { … } with pidFile, executable, tcp, unix, http, status, command, timeout, failures"]),
        (With("\"check\": { \"timeout\": \"1s\" }"), [$"3: services.redis.check says nothing to check; allowed: {Kinds}"]),
        (With("\"check\": { \"tcp\": 80, \"unix\": \"/x\" }"), [$"3: services.redis.check has tcp and unix; allowed: {Kinds}. All checks of a list must pass: [{{ … }}, {{ … }}]"]),
        (With("\"check\": { \"tcp\": 80, \"executable\": \"/x\" }"), [$"3: services.redis.check has executable and tcp; allowed: {Kinds}. All checks of a list must pass: [{{ … }}, {{ … }}]"]),
        (With("\"check\": { \"tcp\": \"abc\" }"), [$"3: services.redis.check.tcp: \"abc\" is no HOST:PORT; allowed: {Tcp}"]),
        (With("\"check\": { \"tcp\": \"::1:6379\" }"), [$"3: services.redis.check.tcp: \"::1:6379\" is no HOST:PORT; allowed: {Tcp}"]),
        (With("\"check\": { \"tcp\": 65536 }"), [$"3: services.redis.check.tcp: 65536 is no port; allowed: {Tcp}"]),
        (With("\"check\": [{ \"tcp\": 80 }, { \"tcp\": \"localhost\", \"failures\": \"1\" }]"), [$"3: services.redis.check[1].tcp: \"localhost\" is no HOST:PORT; allowed: {Tcp}", "3: services.redis.check[1].failures: \"1\" cannot be read; allowed: a whole number"]),
        (With("\"check\": { \"port\": 80 }"), ["3: services.redis.check.port is no field here; did you mean \"tcp\": \"HOST:PORT\"?"]),
        (With("\"check\": { \"unix\": \"run/redis.sock\" }"), [$"3: services.redis.check.unix: \"run/redis.sock\" is no absolute path; allowed: {Paths}"]),
        (With("\"check\": { \"pidFile\": \"redis.pid\" }"), [$"3: services.redis.check.pidFile: \"redis.pid\" is no absolute path; allowed: {Paths}"]),
        (With("\"check\": { \"pidFile\": \"/run/redis.pid\", \"executable\": \"redis-server\" }"), [$"3: services.redis.check.executable: \"redis-server\" is no absolute path; allowed: {Paths}"]),
        (With("\"check\": { \"executable\": \"redis-server\" }"), [$"3: services.redis.check.executable: \"redis-server\" is no absolute path; allowed: {Paths}"]),
        (With("\"check\": { \"http\": \"localhost:8080\" }"), ["3: services.redis.check.http: \"localhost:8080\" is no address of HTTP; allowed: an address such as http://127.0.0.1:8080/health, http or https"]),
        (With("\"check\": { \"http\": \"http://localhost\", \"status\": 99 }"), ["3: services.redis.check.status: 99 is no status; allowed: a status such as 200, or a range such as \"200-299\"; 100 to 599"]),
        (With("\"check\": { \"http\": \"http://localhost\", \"status\": \"2xx\" }"), ["3: services.redis.check.status: \"2xx\" is no status; allowed: a status such as 200, or a range such as \"200-299\"; 100 to 599"]),
        (With("\"check\": { \"tcp\": 80, \"status\": 200 }"), ["3: services.redis.check.status has no effect without \"http\""]),
        (With("\"check\": { \"tcp\": 80, \"failures\": 0 }"), ["3: services.redis.check.failures: 0 is too small; allowed: 1 to 1000"]),
        (With("\"check\": { \"command\": [] }"), [$"3: services.redis.check.command: a list is empty; allowed: {Commands}"]),
    ];

    /// <summary>Mistakes that only the reader sees.</summary>
    internal static IEnumerable<(string Json, string[] Mistakes)> OfReader =>
    [
        (With("\"interval\": \"1s\", \"interval\": \"2s\""), ["4: services.redis.interval is there twice; the first is in line 4"]),
        ("""
            { "services": {
              "redis": { "start": "x", "check": { "tcp": 1 } },
              "redis": { "start": "y", "check": { "tcp": 1 } }
            } }
            """, ["3: services.redis is there twice; the first is in line 2"]),
        (With("\"interval\": \"99ms\", \"stopTimeout\": \"2h\""), ["4: services.redis.interval: \"99ms\" is too short; allowed: 100ms to 1d", "4: services.redis.stopTimeout: \"2h\" is too long; allowed: 100ms to 1h"]),
        (With("\"backoff\": { \"initial\": \"1m\", \"max\": \"10s\", \"resetAfter\": \"8d\" }"), ["4: services.redis.backoff.initial: \"1m\" is too long; allowed: 10ms to 10s, the longest delay (max)", "4: services.redis.backoff.resetAfter: \"8d\" is too long; allowed: 100ms to 1d"]),
        (With("\"backoff\": { \"max\": \"2d\" }"), ["4: services.redis.backoff.max: \"2d\" is too long; allowed: 10ms to 1d"]),
        (With("\"giveUp\": { \"within\": \"8d\" }"), ["4: services.redis.giveUp.within: \"8d\" is too long; allowed: 1s to 7d"]),
        (With("\"log\": { \"maxSize\": 1000 }"), ["4: services.redis.log.maxSize: 1000 is too small; allowed: 4KiB to 1TiB"]),
        ("""{ "snapshots": { "maxSize": "2TiB", "timeout": "11m" }, "services": {} }""", ["1: snapshots.maxSize: \"2TiB\" is too large; allowed: 64KiB to 1TiB", "1: snapshots.timeout: \"11m\" is too long; allowed: 10ms to 10m"]),
        (With("\"notify\": { \"command\": { \"command\": \"x\", \"timeout\": \"31s\" } }"), ["4: services.redis.notify.command.timeout: \"31s\" is too long; allowed: 100ms to 30s"]),
        (With("\"check\": { \"tcp\": 80, \"timeout\": \"2h\" }"), ["3: services.redis.check.timeout: \"2h\" is too long; allowed: 10ms to 1h"]),
        (With("\"check\": { \"tcp\": \"a b:80\" }"), [$"3: services.redis.check.tcp: \"a b:80\" is no host; allowed: {Tcp}"]),
        (With("\"check\": { \"tcp\": \"localhost:0\" }"), [$"3: services.redis.check.tcp: \"localhost:0\" is no port; allowed: {Tcp}"]),
        (With("\"check\": { \"http\": \"http://localhost\", \"status\": \"299-200\" }"), ["3: services.redis.check.status: \"299-200\" is no status; allowed: a status such as 200, or a range such as \"200-299\"; 100 to 599"]),
        (With($"\"check\": {{ \"unix\": \"/{new string('x', 107)}\" }}"), [$"3: services.redis.check.unix: \"/{new string('x', 79)}…\" is too long for a unix socket; allowed: 107 bytes"]),
        (With("\"check\": { \"command\": { \"command\": \"x\", \"timeout\": \"1s\" } }"), ["3: services.redis.check.command.timeout: \"1s\" has no effect here; allowed: nothing: the timeout of the check says how long this command may take"]),
        (With("\"stop\": { \"command\": \"x\", \"timeout\": \"1s\" }"), ["4: services.redis.stop.timeout: \"1s\" has no effect here; allowed: nothing: stopTimeout says how long this command may take"]),
        (With("\"stop\": { \"command\": \"x\", \"user\": \"no-such-user\", \"group\": \"no-such-group\" }"), ["4: services.redis.stop.user: \"no-such-user\" is no user of this machine; allowed: the name or number of a user", "4: services.redis.stop.group: \"no-such-group\" is no group of this machine; allowed: the name or number of a group"]),
        (With("\"stop\": { \"command\": \"x\", \"user\": \"3999999999\" }"), ["4: services.redis.stop.group is missing: user 3999999999 has no entry on this machine that would name one"]),
        (With("\"stop\": [\"x\", \"\\u0000\"]"), ["4: services.redis.stop has a word with a NUL; allowed: texts without one"]),
        (With("\"dependsOn\": [\"postgers\", \"redi\"]"), ["4: services.redis.dependsOn[0]: \"postgers\" is no service; allowed: a service of this keeper", "4: services.redis.dependsOn[1]: \"redi\" is no service; allowed: a service of this keeper; did you mean \"redis\"?"]),
        (With("\"dependsOn\": \"redis\""), ["4: services.redis.dependsOn: \"redis\" closes a circle (redis -> redis), in which no service can start first; allowed: services that do not need this one"]),
        ("""
            { "services": {
              "web": { "start": "x", "check": { "tcp": 1 }, "dependsOn": "a" },
              "a": { "start": "x", "check": { "tcp": 1 }, "dependsOn": ["b"] },
              "b": { "start": "x", "check": { "tcp": 1 }, "dependsOn": ["c"] },
              "c": { "start": "x", "check": { "tcp": 1 }, "dependsOn": ["a"] }
            } }
            """, ["5: services.c.dependsOn[0]: \"a\" closes a circle (a -> b -> c -> a), in which no service can start first; allowed: services that do not need this one"]),
    ];

    /// <summary>A file with one service, redis. Its check is in line 3, and the given fields are in line 4; a check among them stands in its place.</summary>
    private static string With(string fields) => fields.StartsWith("\"check\"", StringComparison.Ordinal)
        ? $"{{ \"services\": {{\n  \"redis\": {{ \"start\": [\"redis-server\"],\n    {fields}\n  }} }} }}"
        : $"{{ \"services\": {{\n  \"redis\": {{ \"start\": [\"redis-server\"],\n    \"check\": {{ \"tcp\": \"127.0.0.1:6379\" }},\n    {fields}\n  }} }} }}";
}
