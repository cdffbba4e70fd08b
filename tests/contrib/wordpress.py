"""A WordPress of its own for tests: MariaDB, PHP's built-in server, the bundled Akismet plugin."""

from __future__ import annotations

import getpass
import json
import os
import re
import secrets
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import parse_qsl, urlencode, urlsplit
from urllib.request import HTTPCookieProcessor, Request, build_opener

from tests.servers import free_port, missing, wait_until

ROOT = Path(__file__).parents[2]
SOURCE = Path(os.environ.get("HAMLET_TEST_WORDPRESS", "/usr/share/wordpress"))
PROGRAMS = ("php", "mariadbd", "mariadb-install-db", "mariadb")
ADMIN, PASSWORD = "admin", secrets.token_urlsafe(12)

CONFIG = """<?php
define( 'DB_NAME', 'wordpress' );
define( 'DB_USER', 'root' );
define( 'DB_PASSWORD', '' );
define( 'DB_HOST', 'localhost:{folder}/db.sock' );
define( 'DB_CHARSET', 'utf8mb4' );
define( 'DISABLE_WP_CRON', true ); // The tests say when.
define( 'AUTOMATIC_UPDATER_DISABLED', true );
define( 'WP_HTTP_BLOCK_EXTERNAL', true ); // Nothing leaves this machine.
define( 'WP_ACCESSIBLE_HOSTS', '127.0.0.1' );
// PHP keeps this file in memory for some seconds, but not that one.
define( 'HAMLET_URL', file_get_contents( '{folder}/hamlet_url' ) );
$table_prefix = 'wp_';
defined( 'ABSPATH' ) || define( 'ABSPATH', __DIR__ . '/' );
require_once ABSPATH . 'wp-settings.php';
"""
# The readers of these tests write faster than people do.
UNHURRIED = "<?php add_filter( 'comment_flood_filter', '__return_false', 999 );\n"
INSTALL = """
define( 'WP_INSTALLING', true );
require '{www}/wp-load.php';
require ABSPATH . 'wp-admin/includes/upgrade.php';
wp_install( 'Bread', '{admin}', 'admin@blog.example', true, '', '{password}' );
update_option( 'siteurl', '{url}' );
update_option( 'home', '{url}' );
update_option( 'permalink_structure', '/%postname%/' );
update_option( 'active_plugins', array( 'akismet/akismet.php' ) );
update_option( 'comment_previously_approved', '0' );
switch_theme( basename( glob( WP_CONTENT_DIR . '/themes/*', GLOB_ONLYDIR )[0] ) );
"""


class WordPress:
    """The site at `url`, as a reader, its moderator and its machine use it."""

    def __init__(self, folder: Path, hamlet_url: str) -> None:
        self.folder, self.www = folder, folder / "www"
        self.url = f"http://127.0.0.1:{free_port()}"
        self._hamlet_url, self._setting = hamlet_url, folder / "hamlet_url"
        self._setting.write_text(hamlet_url)
        self._moderator = build_opener(HTTPCookieProcessor(CookieJar()))

    def install(self) -> None:
        """Put the files in place and fill the database."""
        shutil.copytree(SOURCE, self.www, ignore=_dangling)
        (self.www / "wp-config.php").write_text(CONFIG.format(folder=self.folder))
        own = self.www / "wp-content/mu-plugins"
        own.mkdir(parents=True)
        shutil.copy(ROOT / "contrib/wordpress/hamlet.php", own)
        (own / "unhurried.php").write_text(UNHURRIED)
        values = {"www": self.www, "admin": ADMIN, "password": PASSWORD, "url": self.url}
        self._php(INSTALL.format(**values))

    @contextmanager
    def asking(self, url: str) -> Iterator[None]:
        """Another address as HAMLET_URL for a while."""
        self._setting.write_text(url)
        try:
            yield
        finally:
            self._setting.write_text(self._hamlet_url)

    def php(self, code: str) -> Any:
        """What the PHP expression is inside WordPress, by way of JSON."""
        said = self._php(f"require '{self.www}/wp-load.php'; echo \"\\n\" . json_encode({code});")
        return json.loads(said.splitlines()[-1])

    def _php(self, code: str) -> str:
        start = f"$_SERVER['HTTP_HOST'] = '{self.url[7:]}';"
        command = ("php", "-d", "sendmail_path=/bin/true", "-d", "display_errors=stderr", "-r")
        done = subprocess.run(
            [*command, start + code], cwd=self.www, check=True, text=True, stdout=subprocess.PIPE
        )
        return done.stdout

    def comment(self, text: str, author: str, email: str, link: str = "") -> int:
        """Post a comment as a reader without a login does. Returns its number."""
        before = self.newest()
        form = {"comment": text, "author": author, "email": email, "url": link}
        fields = {"comment_post_ID": "1", "comment_parent": "0", "submit": "Post Comment"}
        answer = self._get("/wp-comments-post.php", form | fields, as_moderator=False)
        number = self.newest()
        assert number > before, f"no comment came of it: {answer[:2000]}"
        return number

    def newest(self) -> int:
        return int(self.php("(int) $wpdb->get_var('SELECT MAX(comment_ID) FROM wp_comments')"))

    def status(self, number: int) -> str:
        """approved, unapproved, spam or trash."""
        return str(self.php(f"wp_get_comment_status({number})"))

    def meta(self, number: int, name: str) -> str:
        return str(self.php(f"get_comment_meta({number}, '{name}', true)"))

    def history(self, number: int) -> list[str]:
        """What the Akismet plugin noted about a comment, newest first."""
        return [entry["event"] for entry in self.php(f"Akismet::get_comment_history({number})")]

    @property
    def plugin_version(self) -> tuple[int, ...]:
        return tuple(int(part) for part in str(self.php("AKISMET_VERSION")).split("."))

    def log_in(self) -> None:
        self._get("/wp-login.php")
        form = {"log": ADMIN, "pwd": PASSWORD, "testcookie": "1", "wp-submit": "Log In"}
        self._get("/wp-login.php", form)

    def save_key(self, key: str) -> str:
        """Type the key on the plugin's settings page. Returns the page that follows."""
        page = "/wp-admin/options-general.php?page=akismet-key-config"
        start = self._get(f"{page}&view=start")
        [nonce] = set(re.findall(r'name="_wpnonce" value="(\w+)"', start))
        return self._get(page, {"action": "enter-key", "key": key, "_wpnonce": nonce})

    def settings_page(self) -> str:
        return self._get("/wp-admin/options-general.php?page=akismet-key-config")

    def click(self, number: int, action: str) -> None:
        """Follow the link below a comment in the list: spamcomment or unspamcomment."""
        pages = "".join(self._get(f"/wp-admin/edit-comments.php?comment_status={status}")
                        for status in ("all", "spam"))  # fmt: skip
        found = re.findall(r"comment\.php\?[^\"'<>]*_wpnonce=\w+", pages)
        wanted = {("c", str(number)), ("action", action)}
        [link] = {
            link for link in map(unescape, found) if wanted <= {*parse_qsl(urlsplit(link).query)}
        }
        self._get(f"/wp-admin/{link}")

    def check_for_spam(self) -> dict[str, int]:
        """Press the button of that name: how many pending comments were found what."""
        page = self._get("/wp-admin/edit-comments.php?comment_status=moderated")
        nonce = re.findall(r'data-nonce="(\w+)"', page)[0]
        form = {"action": "akismet_recheck_queue", "nonce": nonce, "offset": "0", "limit": "100"}
        answer: dict[str, Any] = json.loads(self._get("/wp-admin/admin-ajax.php", form))
        counts: dict[str, int] = answer["counts"]
        return counts

    def recheck_job(self) -> None:
        """Let the plugin's scheduled recheck run now instead of in 20 minutes."""
        hook = "'akismet_schedule_cron_recheck'"
        planned = self.php(f"wp_next_scheduled({hook})")
        assert planned, "the plugin planned no recheck"
        self.php(f"wp_unschedule_event({planned}, {hook})")
        self.php(f"wp_schedule_single_event(time() - 1, {hook})")
        self._get("/wp-cron.php", as_moderator=False)

    def _get(
        self, path: str, form: dict[str, str] | None = None, *, as_moderator: bool = True
    ) -> str:
        opener = self._moderator if as_moderator else build_opener()
        data = urlencode(form).encode() if form else None
        headers = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64)", "Referer": f"{self.url}/"}
        try:
            with opener.open(Request(self.url + path, data, headers)) as answer:
                text: str = answer.read().decode(errors="replace")
                return text
        except HTTPError as error:
            raise AssertionError(f"{path}: {error.code} {error.read()[-2000:]!r}") from error


def _dangling(folder: str, names: list[str]) -> list[str]:
    """Links of the package to libraries that are not installed: scripts of the editor."""
    return [name for name in names if not Path(folder, name).exists()]


@contextmanager
def wordpress(folder: Path, hamlet_url: str) -> Iterator[WordPress]:
    """A fresh installation with the Akismet plugin active, its moderator logged in."""
    _check_programs()
    site = WordPress(folder, hamlet_url)
    with _database(folder):
        site.install()
        with _server(site):
            site.log_in()
            yield site


@contextmanager
def _database(folder: Path) -> Iterator[None]:
    """MariaDB with an empty database, on a socket in the folder."""
    user, socket = f"--user={getpass.getuser()}", f"--socket={folder}/db.sock"
    options = ["--no-defaults", f"--datadir={folder}/db", user]
    plain = ["--auth-root-authentication-method=normal", "--skip-test-db"]
    subprocess.run(["mariadb-install-db", *options, *plain], check=True, stdout=subprocess.DEVNULL)
    small = ["--skip-networking", "--innodb-flush-log-at-trx-commit=0"]
    database = subprocess.Popen(["mariadbd", *options, socket, *small], stderr=subprocess.DEVNULL)
    create = ["mariadb", "--no-defaults", socket, "-u", "root", "-e", "CREATE DATABASE wordpress"]
    try:
        wait_until(
            lambda: subprocess.run(create, check=False, stderr=subprocess.DEVNULL).returncode == 0,
            "MariaDB to answer",
        )
        yield
    finally:
        database.kill()
        database.wait()


@contextmanager
def _server(site: WordPress) -> Iterator[None]:
    """PHP's own web server; four processes, for pages that call back."""
    log = site.folder / "php.log"
    with log.open("wb") as stderr:
        php = subprocess.Popen(
            ["php", "-d", "sendmail_path=/bin/true", "-S", site.url[7:], "-t", site.www],
            env=os.environ | {"PHP_CLI_SERVER_WORKERS": "4"},
            stderr=stderr,
            start_new_session=True,
        )
        try:
            wait_until(lambda: "started" in log.read_text(), "PHP to listen")
            yield
        finally:
            os.killpg(php.pid, signal.SIGKILL)
            php.wait()


def _check_programs() -> None:
    absent = [name for name in PROGRAMS if not shutil.which(name)]
    if absent:
        missing("wordpress", f"not installed: {', '.join(absent)}")
    if not (SOURCE / "wp-content/plugins/akismet/akismet.php").exists():
        missing("wordpress", f"no WordPress with its Akismet plugin in {SOURCE}")
